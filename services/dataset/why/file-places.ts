/**
 * Where a file, or one line of it, lies in the tokens of a sample: as it is written there, and
 * where other files' work shows it.
 */
import { lineRange } from '../../../schemas/lines.ts';
import { renderHeader } from '../../../schemas/trajectory-text.ts';
import { lastUpTo } from '../last-up-to.ts';
import type { OpenOutput } from '../open-output.ts';
import { readSampleIn, type TokenizedSample } from '../samples.ts';
import type { PlacedSegment } from '../segments.ts';
import type { DocumentReader } from '../template/document-reader.ts';
import type { PiecePlace, SamplePlace } from './from-shards.ts';

/** Tokens [start, end) of one pack. */
export interface TokenSpan {
  readonly shard: string;
  readonly pack: number;
  readonly tokens: readonly [number, number];
}

export interface FilePlaces {
  readonly sample: string;
  /** `write`, the file itself, or `observe`, shown before another file is written. */
  readonly as: 'write' | 'observe';
  /** Lines of the file that the text holds; null for all of them. */
  readonly lines: readonly [number, number] | null;
  readonly trained: boolean;
  readonly spans: readonly TokenSpan[];
  /** The text of the line that was asked for; null where none was, or it is not shown here. */
  readonly text: string | null;
}

export async function placesOfFile(
  { store, shards }: OpenOutput,
  place: SamplePlace,
  { path, line }: { readonly path: string; readonly line: number | null },
  reader: DocumentReader,
): Promise<FilePlaces[]> {
  const own = new Set(place.pieces.map(({ shard }) => shard));
  const holding = shards.filter((shard) => own.has(shard.path));
  const sample = await readSampleIn(store, holding, place.id, reader);
  const { text: document } = sample.read;
  const fence = document.subarray(0, document.indexOf(' ')).toString();
  return sample.placed.flatMap((segment, position): FilePlaces[] => {
    if (segment.path !== path) return [];
    if (segment.kind !== 'write' && segment.kind !== 'observe') return [];
    const text = line === null ? null : textOfLine(segment, line);
    // Asked for one line, only where it stands is of interest.
    if (line !== null && text === null) return [];
    const bytes = bytesOf(segment, fence, line);
    const trained = sample.segments[position]?.trained === true;
    const spans = spansOf(tokensOf(sample, bytes), place.pieces);
    return [{ sample: place.id, as: segment.kind, lines: segment.lines, trained, spans, text }];
  });
}

/** First line of the file that a segment holds. */
function firstLine({ lines }: PlacedSegment): number {
  return lines?.[0] ?? 1;
}

function textOfLine(segment: PlacedSegment, line: number): string | null {
  const at = line - firstLine(segment) + 1;
  const text = at < 1 ? '' : lineRange(segment.body, at, at);
  return text === '' ? null : text;
}

/** Bytes [start, end) of the document that hold the body, or one line of it. */
function bytesOf(
  segment: PlacedSegment,
  fence: string,
  line: number | null,
): readonly [number, number] {
  const { body, start } = segment;
  const from = start + Buffer.byteLength(renderHeader(fence, segment));
  if (line === null) return [from, from + Buffer.byteLength(body)];
  const at = line - firstLine(segment) + 1;
  const before = at === 1 ? '' : lineRange(body, 1, at - 1);
  const begin = from + Buffer.byteLength(before);
  return [begin, begin + Buffer.byteLength(lineRange(body, at, at))];
}

/** Tokens [start, end) of the document that hold bytes of the range. */
function tokensOf(
  { read: { ends } }: TokenizedSample,
  [from, to]: readonly [number, number],
): readonly [number, number] {
  const first = firstEndingAfter(ends, from);
  const last = to <= from ? first : firstEndingAfter(ends, to - 1) + 1;
  return [first, Math.max(first, last)];
}

/** The first token that ends behind the byte. */
function firstEndingAfter(ends: Uint32Array, byte: number): number {
  return lastUpTo(ends, byte, (end) => end) + 1;
}

function spansOf(
  [from, to]: readonly [number, number],
  pieces: readonly PiecePlace[],
): readonly TokenSpan[] {
  return pieces.flatMap(({ shard, pack, tokens, prefixTokens, documentTokens }): TokenSpan[] => {
    const [start, end] = [Math.max(from, documentTokens[0]), Math.min(to, documentTokens[1])];
    if (start >= end) return [];
    const shift = tokens[0] + prefixTokens - documentTokens[0];
    return [{ shard, pack, tokens: [start + shift, end + shift] }];
  });
}
