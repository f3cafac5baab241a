/**
 * Parts of a long sample, told by the pieces that hold them: its beginning, or one of its files.
 * Each piece repeats the document's start, so it reads as a document of its own. The text of a part
 * is checked by the hashes of its shards alone.
 */
import type { ManifestShard, ProvenanceLine } from '../../../schemas/manifest.ts';
import { countTrained, type Pack } from '../../../schemas/mds.ts';
import { parseTrajectory, TrajectoryTextError } from '../../../schemas/trajectory-text.ts';
import { cutPieces, type Piece, readPacks, readProvenance } from '../../dataset/read-shards.ts';
import {
  maskSegments,
  notWholeYet,
  overview,
  readSampleIn,
  type TokenizedSample,
} from '../../dataset/samples.ts';
import { type PlacedSegment, placeSegments } from '../../dataset/segments.ts';
import type { DocumentReader } from '../../dataset/template/document-reader.ts';
import { TemplateError } from '../../dataset/template/read.ts';
import type { Template } from '../../dataset/template/template.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';

/**
 * The first segments of a sample, from its first piece alone, if that lies in this shard. Null
 * where that piece is all there is, or tells nothing: a turn of its template may go on in the next.
 * Tokens and files are counted in these segments.
 */
export async function readOpening(
  store: ObjectStore,
  facts: ManifestShard,
  id: string,
  reader: DocumentReader,
): Promise<TokenizedSample | null> {
  const { provenance } = await readProvenance(store, facts);
  const line = provenance.find(({ sampleId, piece }) => sampleId === id && piece === 0);
  if (line === undefined || line.pieces === 1) return null;
  const { packs } = await readPacks(store, facts);
  return readPieces(cutPieces(facts, packs, [line]), reader);
}

export interface FilePart {
  /** All files that the sample writes, in order. */
  readonly paths: readonly string[];
  /** Holds all segments of the file, and others; null where the sample does not write it. */
  readonly part: TokenizedSample | null;
}

/**
 * One file of a sample, from the pieces that hold it; the first file where the path is null. All of
 * the sample is read where its pieces do not tell where the file is. OUTPUT_MISSING while some
 * pieces are in no shard.
 */
export async function readFilePart(
  store: ObjectStore,
  shards: readonly ManifestShard[],
  id: string,
  path: string | null,
  reader: DocumentReader,
): Promise<FilePart> {
  const places = await placesOf(store, shards, id);
  const paths = (places[0]?.line.files ?? []).map((file) => file.path);
  const wanted = path ?? paths[0] ?? '';
  if (!paths.includes(wanted)) return { paths, part: null };
  const held = new Map<string, readonly Pack[]>();
  const pieceAt = async (number: number): Promise<Piece> => {
    const { facts, line } = places[number] as PiecePlace;
    const packs = held.get(facts.path) ?? (await readPacks(store, facts)).packs;
    held.set(facts.path, packs);
    return cutPieces(facts, packs, [line])[0] as Piece;
  };
  const part = await findFile({ paths, wanted, count: places.length, pieceAt, reader });
  return { paths, part: part ?? (await readSampleIn(store, shards, id, reader)) };
}

interface PiecePlace {
  readonly facts: ManifestShard;
  readonly line: ProvenanceLine;
}

/** All pieces of a sample in order. */
async function placesOf(
  store: ObjectStore,
  shards: readonly ManifestShard[],
  id: string,
): Promise<PiecePlace[]> {
  const places: PiecePlace[] = [];
  for (const facts of shards) {
    const { provenance } = await readProvenance(store, facts);
    const own = provenance.filter(({ sampleId }) => sampleId === id);
    places.push(...own.map((line) => ({ facts, line })));
  }
  const lines = places.map(({ line }) => line);
  if (lines.length !== lines[0]?.pieces) throw notWholeYet(lines);
  return places.sort((a, b) => a.line.piece - b.line.piece);
}

interface Search {
  readonly paths: readonly string[];
  readonly wanted: string;
  /** Pieces in all. */
  readonly count: number;
  readonly pieceAt: (number: number) => Promise<Piece>;
  readonly reader: DocumentReader;
}

/**
 * The file and what is around it, found by halves: files lie in the order in which they are
 * written. Null where a piece on the way does not tell its files.
 */
async function findFile(search: Search): Promise<TokenizedSample | null> {
  const { paths, wanted, count, pieceAt, reader } = search;
  const numbers = new Map(paths.map((path, number) => [path, number]));
  const number = numbers.get(wanted) ?? 0;
  /** The last file of a piece; -1 before the first one, null where it does not tell. */
  const lastFileIn = (piece: Piece): number | null => {
    const told = orNull(() => parseTrajectory(textOf(joined([piece], reader), reader)));
    const last = told?.findLast(({ kind }) => kind === 'file');
    return told === null ? null : (numbers.get(last?.path ?? '') ?? -1);
  };
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const last = lastFileIn(await pieceAt(middle));
    if (last === null) return null;
    if (last < number) low = middle + 1;
    else high = middle;
  }
  const pieces: Piece[] = [];
  for (let at = low; at < count; at += 1) {
    const piece = await pieceAt(at);
    pieces.push(piece);
    const isLast = at === count - 1;
    // Where a piece does not tell, the next one is read too.
    if (!isLast && (lastFileIn(piece) ?? number) <= number) continue;
    const part = readPieces(pieces, reader);
    if (part !== null && holds(part, wanted, isLast)) return part;
  }
  return null;
}

/** Whether the file begins there, not only in what its first piece repeats, and ends. */
function holds({ placed, pieces, read }: TokenizedSample, path: string, isEnd: boolean): boolean {
  const head = placed.findIndex((each) => each.kind === 'file' && each.path === path);
  const repeated = read.ends[(pieces[0]?.prefixTokens ?? 0) - 1] ?? 0;
  if ((placed[head]?.start ?? -1) < repeated) return false;
  return isEnd || placed.slice(head + 1).some(({ kind }) => kind === 'file' || kind === 'done');
}

/** Adjacent pieces as one document; null where they cannot be told without the others. */
function readPieces(pieces: readonly Piece[], reader: DocumentReader): TokenizedSample | null {
  const lines = pieces.map(({ line }) => line);
  const [first] = lines;
  if (first === undefined) return null;
  const { inputIds, mask, isEnd } = joined(pieces, reader);
  return orNull(() => {
    const read = reader.read(inputIds);
    const text = read.text.toString('utf8');
    const placed = isEnd ? placeSegments(text) : wholeSegments(text);
    const segments = maskSegments(placed, read, mask);
    const told = overview(first, inputIds.length, countTrained(mask));
    return { overview: told, segments, pieces: lines, inputIds, read, placed };
  });
}

interface Joined {
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
  /** Whether the document ends here; else an end of text stands in for the rest. */
  readonly isEnd: boolean;
}

/** The first piece keeps the start of the document that it repeats. */
function joined(pieces: readonly Piece[], { template }: DocumentReader): Joined {
  const last = pieces.at(-1)?.line;
  const isEnd = last !== undefined && last.piece === last.pieces - 1;
  const own = pieces.map(({ line, inputIds, mask }, place) => {
    const from = place === 0 ? 0 : line.prefixTokens;
    return { inputIds: inputIds.subarray(from), mask: mask.subarray(from) };
  });
  const length = own.reduce((sum, { mask }) => sum + mask.length, isEnd ? 0 : 1);
  const [inputIds, mask] = [new Uint32Array(length), new Uint8Array(length)];
  let cursor = 0;
  for (const piece of own) {
    inputIds.set(piece.inputIds, cursor);
    mask.set(piece.mask, cursor);
    cursor += piece.mask.length;
  }
  if (isEnd) return { inputIds, mask, isEnd };
  const end = lastTurn(inputIds, template) ?? cursor;
  inputIds[end] = template.endOfText;
  return { inputIds: inputIds.subarray(0, end + 1), mask: mask.subarray(0, end + 1), isEnd };
}

/** Where the last turn begins, which may go on behind the cut; null without turns. */
function lastTurn(ids: Uint32Array, { turns }: Template): number | null {
  const marks = turns === null ? [] : Object.values(turns.opening).map(([mark]) => mark);
  const starts = new Set(marks.flatMap((mark) => (mark && 'id' in mark ? [mark.id] : [])));
  const start = ids.findLastIndex((id) => starts.has(id));
  return start > 0 ? start : null;
}

function textOf({ inputIds }: Joined, reader: DocumentReader): string {
  return reader.read(inputIds).text.toString('utf8');
}

/** Null for pieces that are no document without those around them. */
function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof TemplateError || error instanceof TrajectoryTextError) return null;
    throw error;
  }
}

/** Those that end before the text does. The last one may have its own end behind the cut. */
function wholeSegments(text: string): PlacedSegment[] {
  const fence = text.slice(0, text.indexOf(' '));
  const cut = text.lastIndexOf(`\n${fence} `) + 1;
  return placeSegments(text.slice(0, cut)).slice(0, -1);
}
