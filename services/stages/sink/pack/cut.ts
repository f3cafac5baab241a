/**
 * Cuts a tokenized document into pieces that fit the context. Pieces are adjacent token ranges.
 * Each piece after the first repeats, masked, the document's first segment, its own part of the
 * plan, the current `file` segment and the marks that open the current turn. A cut falls on a seam
 * if it can and never between a turn's text and the marks around it; a piece is all masked only if
 * a run of masked tokens is longer than the context. Pure.
 */
import { lastUpTo } from '../../../dataset/last-up-to.ts';
import type { TokenSegment } from '../tokens/join-tokens.ts';
import { countTokens, openRecap, type Range, type Recap } from './recap.ts';

export interface CutDocument {
  readonly segments: readonly TokenSegment[];
  readonly mask: Uint8Array;
  /** Whether the token at that position of the document ends a line. */
  readonly endsLine: (token: number) => boolean;
}

export interface CutLimits {
  readonly contextLength: number;
  readonly prefixTokensMax: number;
}

export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Ranges of the document repeated in front, in order. */
  readonly prefix: readonly Range[];
  readonly prefixTokens: number;
}

/** A document, its limits, and an index that answers where trained tokens are. */
interface Cutting extends CutDocument {
  readonly limits: CutLimits;
  /** Whether a token of [start, end) is trained. */
  readonly hasTrained: (start: number, end: number) => boolean;
  /** Index of the last segment that starts at or before a token; -1 if none does. */
  readonly segmentAt: (token: number) => number;
  /** For each segment, the last `file` or `done` up to it. */
  readonly fileAt: readonly (TokenSegment | null)[];
  readonly files: readonly TokenSegment[];
  readonly recap: Recap | null;
}

export function cutDocument(document: CutDocument, limits: CutLimits): Piece[] {
  const { segments } = document;
  const cutting: Cutting = {
    ...document,
    limits,
    hasTrained: findTrained(document.mask),
    segmentAt: (token) => lastUpTo(segments, token, ({ start }) => start),
    fileAt: lastFiles(segments),
    files: segments.filter(({ kind }) => kind === 'file'),
    recap: openRecap(segments, document.endsLine),
  };
  const end = document.mask.length;
  const pieces: Piece[] = [];
  let start = 0;
  while (start < end) {
    const prefix = choosePrefix(cutting, start);
    const prefixTokens = countTokens(prefix);
    const limit = start + limits.contextLength - prefixTokens;
    const cut = limit >= end ? end : chooseCut(cutting, start, limit);
    pieces.push({ start, end: cut, prefix, prefixTokens });
    start = cut;
  }
  return pieces;
}

/** Sums the mask once, so that every later question takes constant time. */
function findTrained(mask: Uint8Array): Cutting['hasTrained'] {
  const before = new Uint32Array(mask.length + 1);
  for (const [token, value] of mask.entries()) before[token + 1] = (before[token] ?? 0) + value;
  const at = (token: number) => before[Math.min(token, mask.length)] ?? 0;
  return (start, end) => at(end) > at(start);
}

/**
 * The ranges that a piece starting here repeats: the longest allowed prefix that is short enough,
 * and the marks that open the turn in whose middle the piece starts.
 */
function choosePrefix(cutting: Cutting, start: number): Piece['prefix'] {
  const { segments, limits } = cutting;
  const opening = openingAmid(cutting, start);
  const first = segments[0];
  if (first === undefined || start < first.end) return opening;
  const frame = [first.start, first.end] as const;
  const file = currentFile(cutting, start);
  const own: Piece['prefix'] = file === null ? [] : [[file.start, file.end]];
  // Never more than half a context, so that every piece makes progress.
  const half = Math.floor(limits.contextLength / 2) - countTokens(opening);
  const tokensMax = Math.min(limits.prefixTokensMax, half);
  const recap = recapAt(cutting, start, tokensMax - countTokens([frame, ...own]));
  const candidates = [[frame, ...recap, ...own], [frame, ...own], [frame]];
  const chosen = candidates.find((prefix) => countTokens(prefix) <= tokensMax) ?? [];
  return [...chosen, ...opening];
}

/** The part of the plan for the files that a piece which starts here may write. */
function recapAt(cutting: Cutting, start: number, tokensMax: number): Piece['prefix'] {
  const { recap, files, fileAt, segmentAt, limits } = cutting;
  const isOver = fileAt[segmentAt(start)]?.kind === 'done';
  if (recap === null || start < recap.from || isOver) return [];
  const fileUpTo = (token: number) => lastUpTo(files, token, (file) => file.start);
  return recap.ranges(fileUpTo(start), fileUpTo(start + limits.contextLength - 1), tokensMax);
}

/** The marks that open the turn in whose middle this token lies; empty at a turn's start. */
function openingAmid({ segments, segmentAt }: Cutting, start: number): Piece['prefix'] {
  const { opening } = segments[segmentAt(start)] ?? {};
  return opening === undefined || opening[0] === opening[1] || opening[0] === start
    ? []
    : [opening];
}

/**
 * The `file` segment of the file being written at this token; null between files and at the end.
 */
function currentFile({ fileAt, segmentAt }: Cutting, start: number): TokenSegment | null {
  const last = fileAt[segmentAt(start)] ?? null;
  return last?.kind === 'file' && last.end <= start ? last : null;
}

function lastFiles(segments: readonly TokenSegment[]): (TokenSegment | null)[] {
  let last: TokenSegment | null = null;
  return segments.map((segment) => {
    if (segment.kind === 'file' || segment.kind === 'done') last = segment;
    return last;
  });
}

/**
 * A seam is taken only if it leaves at most this share of a piece empty, so that pieces pack well.
 */
const seamShare = 1 / 16;
/** A segment of at most this share of the context is moved whole to the next piece. */
const wholeShare = 1 / 8;
/** A cut at a line's end may lie this share of a piece before the limit. */
const lineShare = 1 / 8;

/** Where a piece [start, limit) ends, in order of preference. */
function chooseCut(cutting: Cutting, start: number, limit: number): number {
  return (
    nearSeam(cutting, start, limit) ??
    beforeLastSegment(cutting, start, limit) ??
    afterLine(cutting, start, limit) ??
    anywhere(cutting, start, limit)
  );
}

/** A seam near the limit: before the next file, before a trained segment, or after one. */
function nearSeam(cutting: Cutting, start: number, limit: number): number | null {
  const seams = seamsUpTo(cutting, start, limit).filter(
    ({ segment }) =>
      segment.start >= nearFrom(start, limit) && isGood(cutting, start, segment.start),
  );
  for (const wanted of preferences) {
    const seam = seams.find(wanted);
    if (seam !== undefined) return seam.segment.start;
  }
  return null;
}

/** Before the segment at the limit, if it is short, or begins near and fits into the next piece. */
function beforeLastSegment(cutting: Cutting, start: number, limit: number): number | null {
  const { contextLength, prefixTokensMax } = cutting.limits;
  const last = seamsUpTo(cutting, start, limit)[0]?.segment;
  if (last === undefined || !isGood(cutting, start, last.start)) return null;
  const tokens = last.end - last.start;
  const isShort = tokens <= contextLength * wholeShare;
  const isNear = last.start >= nearFrom(start, limit);
  const fitsNext = tokens <= contextLength - prefixTokensMax;
  return isShort || (fitsNext && isNear) || last.start === limit ? last.start : null;
}

function afterLine(cutting: Cutting, start: number, limit: number): number | null {
  const from = limit - Math.ceil((limit - start) * lineShare);
  for (let cut = limit; cut > from && cut > start; cut -= 1) {
    const endsLine = cutting.endsLine(cut - 1) && isWithinText(cutting, cut);
    if (endsLine && isGood(cutting, start, cut)) return cut;
  }
  return null;
}

function anywhere(cutting: Cutting, start: number, limit: number): number {
  for (let cut = limit; cut > start; cut -= 1) {
    if (isWithinText(cutting, cut)) return cut;
  }
  return limit;
}

/** Whether both the piece before the cut and the piece after it hold a trained token. */
function isGood(cutting: Cutting, start: number, cut: number): boolean {
  return cutting.hasTrained(start, cut) && !isMaskedFor(cutting, cut);
}

function nearFrom(start: number, limit: number): number {
  return limit - Math.floor((limit - start) * seamShare);
}

/** Seams between segments after the start, the last first. */
function seamsUpTo(cutting: Cutting, start: number, limit: number): readonly Seam[] {
  const { segments, segmentAt } = cutting;
  const first = segmentAt(start) + 1;
  return segments
    .slice(first, segmentAt(limit) + 1)
    .map((segment, position) => ({ segment, before: segments[first + position - 1] }))
    .filter(({ segment }) => isWithinText(cutting, segment.start))
    .reverse();
}

interface Seam {
  readonly segment: TokenSegment;
  readonly before: TokenSegment | undefined;
}

const preferences: readonly ((seam: Seam) => boolean)[] = [
  ({ segment }) => segment.kind === 'file' || segment.kind === 'done',
  // A thought stays with the observation before it, and a read with the observation after it.
  ({ segment, before }) =>
    segment.trained && (segment.kind === 'read' || before?.kind !== 'observe'),
  ({ before }) => before?.trained === true,
];

/**
 * Whether a cut separates no text from the marks before or after it. A segment's start may, where
 * one token covers the last mark and a whole short segment.
 */
function isWithinText({ segments, segmentAt }: Cutting, cut: number): boolean {
  const segment = segments[segmentAt(cut)];
  if (segment === undefined) return true;
  const { opening, contentEnd, end } = segment;
  const followsOpening = opening[0] < cut && cut <= opening[1];
  const precedesClosing = contentEnd <= cut && cut < end;
  return !followsOpening && !precedesClosing;
}

/** Whether a piece that starts here would hold no trained token. */
function isMaskedFor(cutting: Cutting, start: number): boolean {
  const prefixTokens = countTokens(choosePrefix(cutting, start));
  return !cutting.hasTrained(start, start + cutting.limits.contextLength - prefixTokens);
}
