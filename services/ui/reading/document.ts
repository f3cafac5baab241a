/**
 * A document as the server keeps it: what each of its segments is, and all texts and tokens in a
 * few arrays, which pass from the thread that reads to the one that answers uncopied. Pure.
 */
import { rowOfPath } from '../../../schemas/languages/languages.ts';
import { renderHeader } from '../../../schemas/trajectory-text.ts';
import type { MaskedSegment, SampleOverview, TokenizedSample } from '../../dataset/samples.ts';
import type { SegmentFacts } from '../api.ts';

export interface ServedDocument {
  readonly overview: SampleOverview;
  /** Where its pieces lie. */
  readonly pieces: readonly DocumentPiece[];
  readonly segments: readonly SegmentFacts[];
  /** Three for each segment: bytes of the document before it, before its body, to its end. */
  readonly places: Uint32Array;
  /** The trajectory as text, in UTF-8. */
  readonly text: Uint8Array;
  readonly tokens: DocumentTokens;
}

export interface DocumentPiece {
  readonly pack: number;
  readonly tokens: readonly [from: number, to: number];
}

/** All tokens, each with the bytes of text up to its end and its place by `tokenPlaces`. */
export interface DocumentTokens {
  readonly ids: Uint32Array;
  readonly ends: Uint32Array;
  readonly places: Uint8Array;
}

export interface SegmentPlace {
  readonly start: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

export function documentOf(sample: TokenizedSample): ServedDocument {
  const { overview, segments, pieces, placed, read, inputIds } = sample;
  const fence = read.text.toString('utf8', 0, read.text.indexOf(' '));
  const places = new Uint32Array(placed.length * 3);
  const facts = segments.map((segment, number) => {
    const bytes = Buffer.byteLength(segment.body);
    const { start = 0 } = placed[number] ?? {};
    const bodyStart = start + Buffer.byteLength(renderHeader(fence, segment));
    places.set([start, bodyStart, bodyStart + bytes], number * 3);
    return factsOf(segment, bytes);
  });
  return {
    overview,
    pieces: pieces.map(({ pack, tokens: [from, to] }) => ({ pack, tokens: [from, to] })),
    segments: facts,
    places,
    // A copy: a short text lies in memory that Node shares among buffers and hands to no thread.
    text: new Uint8Array(read.text),
    tokens: { ids: inputIds, ends: read.ends, places: read.places },
  };
}

/** What a document hands over to another thread instead of copying it. */
export function arraysOf({ places, text, tokens }: ServedDocument): ArrayBuffer[] {
  const arrays = [places, text, tokens.ids, tokens.ends, tokens.places];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

export function bytesOf({ places, text, tokens }: ServedDocument): number {
  const arrays = [places, text, tokens.ids, tokens.ends, tokens.places];
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Null for a segment that the document has not. */
export function placeOf({ places }: ServedDocument, segment: number): SegmentPlace | null {
  const [start, bodyStart, bodyEnd] = places.subarray(segment * 3, segment * 3 + 3);
  if (start === undefined || bodyStart === undefined || bodyEnd === undefined) return null;
  return { start, bodyStart, bodyEnd };
}

export function bodyOf(document: ServedDocument, segment: number): string {
  const place = placeOf(document, segment);
  return place === null ? '' : textBetween(document, place.bodyStart, place.bodyEnd);
}

export function textBetween({ text }: ServedDocument, start: number, end: number): string {
  return Buffer.from(text.buffer, text.byteOffset + start, end - start).toString('utf8');
}

function factsOf(segment: MaskedSegment, bytes: number): SegmentFacts {
  const { kind, path, lines, earlier, role, trained, tokens, body } = segment;
  const language = path === null ? null : (rowOfPath(path)?.name ?? null);
  return {
    ...{ kind, path, lines, earlier: earlier === true, language, role, trained, tokens, bytes },
    ...measure(body),
  };
}

/** A line end at the end begins no line. */
function measure(body: string): { rows: number; widest: number } {
  let [rows, widest, start] = [0, 0, 0];
  while (start < body.length) {
    const newline = body.indexOf('\n', start);
    const end = newline < 0 ? body.length : newline;
    rows += 1;
    widest = Math.max(widest, end - start);
    start = end + 1;
  }
  return { rows, widest };
}
