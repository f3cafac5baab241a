/**
 * From a trajectory and its tokens to pieces, packs and provenance lines. Pure.
 */
import type { TrajectoryBody } from '../../../../schemas/generated/types.ts';
import { maskablePaths, type ProvenanceLine } from '../../../../schemas/manifest.ts';
import type { Pack } from '../../../../schemas/mds.ts';
import { isTrained, type SegmentKind } from '../../../../schemas/trajectory-text.ts';
import type { TokenizedDocument } from '../tokens/join-tokens.ts';
import { type CutLimits, cutDocument } from './cut.ts';

/** A trajectory and where it came from. */
export interface Sample {
  readonly id: string;
  readonly parentId: string;
  readonly repositoryId: string;
  readonly stage: string;
  readonly stageVersion: number;
  readonly sourceSequence: number;
  readonly episode?: ProvenanceLine['episode'];
  /** Of its segments only those that provenance tells of: thousands of samples may wait. */
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

/** The texts of the segments. Throws when the spans do not fit the document. */
export function segmentTexts(body: TrajectoryBody, document: Buffer): string[] {
  let cursor = 0;
  const maskable = maskablePaths(body.lacks);
  const texts = body.segments.map(({ start, end, kind, trained, path }) => {
    if (start !== cursor || end <= start) throw new Error('segments are not adjacent');
    const masked = !trained && kind === 'write' && maskable.has(path ?? '');
    if (!masked && trained !== isTrained(kind as SegmentKind)) {
      throw new Error(`${kind} has the wrong mask`);
    }
    cursor = end;
    return document.toString('utf8', start, end);
  });
  if (cursor !== document.byteLength) throw new Error('segments do not cover the document');
  return texts;
}

/** Cuts a tokenized trajectory. A repeated prefix is never trained. */
export function makePieces(
  sample: Sample,
  { inputIds, mask, segments }: TokenizedDocument,
  endsLine: (id: number) => boolean,
  limits: CutLimits,
): SamplePiece[] {
  const lineAt = (token: number) => endsLine(inputIds[token] ?? 0);
  const cuts = cutDocument({ segments, mask, endsLine: lineAt }, limits);
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
      ...(sample.episode === undefined ? {} : { episode: sample.episode }),
      files: piece === 0 ? [...body.files] : null,
      ...(piece === 0 ? lacksOf(body) : {}),
    };
  });
}

/** A write that is not trained, because its file has no thought. */
export function isMaskedWrite({ kind, trained }: TrajectoryBody['segments'][number]): boolean {
  return kind === 'write' && !trained;
}

/** What the document is written without, what checks refused; nothing where all is well. */
function lacksOf({
  lacks,
  refused,
  segments,
}: TrajectoryBody): Pick<ProvenanceLine, 'lacks' | 'refused' | 'masked'> {
  const masked = segments
    .filter(isMaskedWrite)
    .flatMap(({ path }) => (path === null ? [] : [path]));
  return {
    ...(lacks.length === 0 ? {} : { lacks: [...lacks] }),
    ...(refused.length === 0 ? {} : { refused: [...refused] }),
    ...(masked.length === 0 ? {} : { masked }),
  };
}
