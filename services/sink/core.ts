/**
 * From a trajectory and the tokens of its segments to pieces, packs and provenance lines. The mask
 * of a token is that of its segment and nothing else (I2); a repeated prefix is never trained.
 * Pure.
 */
import type { TrajectoryBody } from '../../schemas/generated/types.ts';
import type { ProvenanceLine } from '../../schemas/manifest.ts';
import type { Pack } from '../../schemas/mds.ts';
import { isTrained, type SegmentKind } from '../../schemas/trajectory-text.ts';
import { type CutLimits, cutDocument, type TokenSegment } from './cut.ts';

/** A trajectory and where it came from. */
export interface Sample {
  readonly id: string;
  readonly parentId: string;
  readonly repositoryId: string;
  readonly stage: string;
  readonly stageVersion: number;
  readonly sourceSequence: number;
  readonly body: TrajectoryBody;
}

/** A piece ready to be packed. */
export interface SamplePiece {
  readonly sample: Sample;
  /** Which of the sample's pieces, and how many there are. */
  readonly piece: number;
  readonly pieces: number;
  /** With the prefix. */
  readonly tokens: number;
  readonly prefixTokens: number;
  /** Tokens [start, end) of the document, without the prefix. */
  readonly start: number;
  readonly end: number;
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
}

/** The texts to be tokenized, one per segment. Throws when the spans do not fit the document. */
export function segmentTexts(body: TrajectoryBody, document: Buffer): string[] {
  let cursor = 0;
  const texts = body.segments.map(({ start, end, kind, trained }) => {
    if (start !== cursor || end <= start) throw new Error('segments are not adjacent');
    if (trained !== isTrained(kind as SegmentKind)) throw new Error(`${kind} has the wrong mask`);
    cursor = end;
    return document.toString('utf8', start, end);
  });
  if (cursor !== document.byteLength) throw new Error('segments do not cover the document');
  return texts;
}

export interface TokenRules {
  readonly endOfText: number;
  readonly endsLine: (id: number) => boolean;
}

/** Cuts a tokenized trajectory. The end-of-text token belongs to the last segment, `done`. */
export function makePieces(
  sample: Sample,
  tokens: readonly Uint32Array[],
  rules: TokenRules,
  limits: CutLimits,
): SamplePiece[] {
  const { inputIds, mask, segments } = joinSegments(sample.body, tokens, rules.endOfText);
  const endsLine = (token: number) => rules.endsLine(inputIds[token] ?? 0);
  const cuts = cutDocument(segments, endsLine, limits);
  return cuts.map(({ start, end, prefix, prefixTokens }, piece) => {
    const length = prefixTokens + end - start;
    const pieceIds = new Uint32Array(length);
    let cursor = 0;
    for (const [from, to] of [...prefix, [start, end] as const]) {
      pieceIds.set(inputIds.subarray(from, to), cursor);
      cursor += to - from;
    }
    const pieceMask = new Uint8Array(length);
    pieceMask.set(mask.subarray(start, end), prefixTokens);
    return {
      sample,
      piece,
      pieces: cuts.length,
      tokens: length,
      prefixTokens,
      start,
      end,
      inputIds: pieceIds,
      mask: pieceMask,
    };
  });
}

function joinSegments(body: TrajectoryBody, tokens: readonly Uint32Array[], endOfText: number) {
  const segments: TokenSegment[] = [];
  let start = 0;
  for (const [position, { kind, trained }] of body.segments.entries()) {
    const isLast = position === body.segments.length - 1;
    const end = start + (tokens[position]?.length ?? 0) + (isLast ? 1 : 0);
    segments.push({ kind: kind as SegmentKind, trained, start, end });
    start = end;
  }
  const inputIds = new Uint32Array(start);
  const mask = new Uint8Array(start);
  for (const [position, segment] of segments.entries()) {
    inputIds.set(tokens[position] ?? [], segment.start);
    if (segment.trained) mask.fill(1, segment.start, segment.end);
  }
  inputIds[start - 1] = endOfText;
  return { inputIds, mask, segments };
}

/** One row of a shard: the pieces in the order in which they were placed. */
export function makePack(domain: string, pieces: readonly SamplePiece[]): Pack {
  const length = pieces.reduce((total, piece) => total + piece.tokens, 0);
  const inputIds = new Uint32Array(length);
  const mask = new Uint8Array(length);
  const indices: [number, number][] = [];
  let cursor = 0;
  for (const piece of pieces) {
    inputIds.set(piece.inputIds, cursor);
    mask.set(piece.mask, cursor);
    indices.push([cursor, cursor + piece.tokens]);
    cursor += piece.tokens;
  }
  return { domain, indices, inputIds, mask };
}

/** Where the tokens of a pack come from, one line per piece. */
export function provenanceOf(
  pack: number,
  pieces: readonly SamplePiece[],
  runId: string,
): ProvenanceLine[] {
  let cursor = 0;
  return pieces.map(({ sample, piece, pieces: count, tokens, prefixTokens, start, end }) => {
    const { body } = sample;
    cursor += tokens;
    return {
      pack,
      tokens: [cursor - tokens, cursor],
      prefixTokens,
      documentTokens: [start, end],
      piece,
      pieces: count,
      sampleId: sample.id,
      parentId: sample.parentId,
      stage: sample.stage,
      stageVersion: sample.stageVersion,
      repositoryId: sample.repositoryId,
      name: body.name,
      origin: body.origin,
      commit: body.commit,
      licence: body.licence.expression,
      document: { sha256: body.document.sha256, bytes: body.document.bytes },
      teacher: body.teacher,
      scorer: body.scorer,
      search: body.search,
      runId,
      files: piece === 0 ? [...body.files] : null,
    };
  });
}

export function countTrained(mask: Uint8Array): number {
  let trained = 0;
  for (const value of mask) trained += value;
  return trained;
}
