/**
 * Cuts a tokenized document into pieces that fit the context. Pieces are adjacent token ranges;
 * each after the first repeats, masked, the document's first segment and the current `file`
 * segment. Cuts fall on seams where they can, and no piece is all masked unless a single
 * observation is longer than the context. Pure.
 */
import type { SegmentKind } from '../../schemas/trajectory-text.ts';

export interface TokenSegment {
  readonly kind: SegmentKind;
  readonly trained: boolean;
  /** Tokens [start, end) of the document. */
  readonly start: number;
  readonly end: number;
}

export interface CutLimits {
  readonly contextLength: number;
  readonly prefixTokensMax: number;
}

export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Ranges of the document repeated in front, in order. */
  readonly prefix: readonly (readonly [start: number, end: number])[];
  readonly prefixTokens: number;
}

/** `endsLine(token)` says whether the token at that position of the document ends a line. */
export function cutDocument(
  segments: readonly TokenSegment[],
  endsLine: (token: number) => boolean,
  limits: CutLimits,
): Piece[] {
  const end = segments.at(-1)?.end ?? 0;
  const pieces: Piece[] = [];
  let start = 0;
  while (start < end) {
    const prefix = choosePrefix(segments, start, limits);
    const prefixTokens = countTokens(prefix);
    const limit = start + limits.contextLength - prefixTokens;
    const cut = limit >= end ? end : chooseCut(segments, start, limit, endsLine, limits);
    pieces.push({ start, end: cut, prefix, prefixTokens });
    start = cut;
  }
  return pieces;
}

/**
 * What a piece that starts here repeats: the longest of the allowed prefixes that is short enough.
 */
function choosePrefix(
  segments: readonly TokenSegment[],
  start: number,
  limits: CutLimits,
): Piece['prefix'] {
  const first = segments[0];
  if (first === undefined || start < first.end) return [];
  const frame = [first.start, first.end] as const;
  const file = currentFile(segments, start);
  const candidates =
    file === null ? [[frame]] : [[frame, [file.start, file.end] as const], [frame]];
  // Never more than half a context, so that every piece makes progress.
  const tokensMax = Math.min(limits.prefixTokensMax, Math.floor(limits.contextLength / 2));
  return candidates.find((prefix) => countTokens(prefix) <= tokensMax) ?? [];
}

/** The `file` segment whose work goes on at this token; null between files and at the end. */
function currentFile(segments: readonly TokenSegment[], start: number): TokenSegment | null {
  let file: TokenSegment | null = null;
  for (const segment of segments) {
    if (segment.start > start) break;
    if (segment.kind === 'file') file = segment.end <= start ? segment : null;
    if (segment.kind === 'done') file = null;
  }
  return file;
}

/** A seam is taken if it leaves at most this share of a piece empty: what is cut must pack well. */
const seamShare = 1 / 16;
/** A segment up to this share of a context goes to the next piece rather than be cut. */
const wholeShare = 1 / 8;

/**
 * Where a piece [start, limit) ends, in order of preference: before the next file, after a trained
 * segment, before a segment that is short or near the limit, after a line, anywhere.
 */
function chooseCut(
  segments: readonly TokenSegment[],
  start: number,
  limit: number,
  endsLine: (token: number) => boolean,
  limits: CutLimits,
): number {
  const isGood = (cut: number) =>
    hasTrained(segments, start, cut) && !isMaskedFor(segments, cut, limits);
  const seams = segments.filter((seam) => seam.start > start && seam.start <= limit).reverse();
  const floor = limit - Math.floor((limit - start) * seamShare);
  const whole = (seam: TokenSegment) => seam.kind === 'file' || seam.kind === 'done';
  const afterTrained = (seam: TokenSegment) =>
    segments.some((segment) => segment.trained && segment.end === seam.start);
  for (const wanted of [whole, afterTrained]) {
    const seam = seams.find((candidate) => candidate.start >= floor && wanted(candidate));
    if (seam !== undefined && isGood(seam.start)) return seam.start;
  }
  const last = seams[0];
  if (last !== undefined && isGood(last.start)) {
    const tokens = last.end - last.start;
    const fits = tokens <= limits.contextLength - limits.prefixTokensMax;
    const short = tokens <= limits.contextLength * wholeShare;
    if (short || (fits && last.start >= floor) || last.start === limit) return last.start;
  }
  for (let cut = limit; cut > limit - Math.ceil((limit - start) / 8) && cut > start; cut -= 1) {
    if (endsLine(cut - 1) && isGood(cut)) return cut;
  }
  return limit;
}

function hasTrained(segments: readonly TokenSegment[], start: number, end: number): boolean {
  return segments.some(
    (segment) => segment.trained && Math.max(segment.start, start) < Math.min(segment.end, end),
  );
}

/** Whether a piece that starts here would hold no trained token. */
function isMaskedFor(segments: readonly TokenSegment[], start: number, limits: CutLimits): boolean {
  const prefixTokens = countTokens(choosePrefix(segments, start, limits));
  return !hasTrained(segments, start, start + limits.contextLength - prefixTokens);
}

function countTokens(ranges: Piece['prefix']): number {
  return ranges.reduce((total, [start, end]) => total + end - start, 0);
}
