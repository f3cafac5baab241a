/**
 * Joins the tokens of a rendered document: ids, masks, and the token range of each segment. A token
 * that spans several parts is trained only if every byte of it is (I2). Pure.
 */
import type { SegmentKind } from '../../../../schemas/trajectory-text.ts';
import { isText, type Part, type Rendering, type Run, textOf } from './render.ts';

export interface TokenSegment {
  readonly kind: SegmentKind;
  readonly trained: boolean;
  /** Tokens [start, end) of the document, including the marks around its turn. */
  readonly start: number;
  readonly end: number;
  /** The tokens of its text, without these marks. */
  readonly contentStart: number;
  readonly contentEnd: number;
  /** The marks that open its turn; empty for a template without turns. */
  readonly opening: readonly [start: number, end: number];
}

export interface TokenizedDocument {
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
  readonly segments: readonly TokenSegment[];
}

/** `tokens` are the tokens of the rendering's texts, in the same order. */
export function joinTokens(
  rendering: Rendering,
  tokens: readonly Uint32Array[],
  byteLength: (id: number) => number,
): TokenizedDocument {
  const controls = rendering.runs.filter((run) => !isText(run)).length;
  const length = tokens.reduce((total, ids) => total + ids.length, controls);
  const inputIds = new Uint32Array(length);
  const mask = new Uint8Array(length);
  const placed: PlacedPart[] = [];
  let position = 0;
  let text = 0;
  for (const run of rendering.runs) {
    const ids = isText(run) ? (tokens[text++] ?? new Uint32Array()) : controlOf(run);
    const end = position + ids.length;
    inputIds.set(ids, position);
    const starts = maskRun(run, ids, byteLength, mask.subarray(position, end));
    for (const [index, part] of run.entries()) {
      placed.push({ part, start: position + (starts[index] ?? ids.length) });
    }
    position = end;
  }
  return { inputIds, mask, segments: placeSegments(rendering, placed, length) };
}

function controlOf(run: Run): Uint32Array {
  const mark = run[0]?.mark;
  if (mark === undefined || !('id' in mark)) throw new Error('not a control token');
  return Uint32Array.of(mark.id);
}

/**
 * Masks the tokens of a run. Returns for each part the position of its first token: the first one
 * that has no byte of an earlier part.
 */
function maskRun(
  run: Run,
  ids: Uint32Array,
  byteLength: (id: number) => number,
  mask: Uint8Array,
): number[] {
  if (run.length === 1) {
    if (run[0]?.trained === true) mask.fill(1);
    return [0];
  }
  let bytes = 0;
  const ends = run.map(({ mark }) => {
    bytes += Buffer.byteLength(textOf(mark));
    return bytes;
  });
  const starts = [0];
  let part = 0;
  let tokenEnd = 0;
  for (const [position, id] of ids.entries()) {
    tokenEnd += byteLength(id);
    if (tokenEnd > bytes) break;
    let trained = run[part]?.trained === true;
    while (tokenEnd > (ends[part] ?? bytes)) {
      part += 1;
      starts.push(position + 1);
      trained &&= run[part]?.trained === true;
    }
    if (trained) mask[position] = 1;
    if (tokenEnd !== ends[part]) continue;
    part += 1;
    starts.push(position + 1);
  }
  if (tokenEnd !== bytes) throw new Error('tokens and texts differ in length');
  return starts;
}

/** A part and the token with which it begins. */
interface PlacedPart {
  readonly part: Part;
  readonly start: number;
}

function placeSegments(
  { segments: rendered }: Rendering,
  placed: readonly PlacedPart[],
  length: number,
): TokenSegment[] {
  const starts = new Map<string, number>();
  for (const { part, start } of placed) {
    const key = `${part.segment} ${part.at}`;
    if (!starts.has(key)) starts.set(key, start);
  }
  const segments: TokenSegment[] = [];
  let opening: TokenSegment['opening'] = [0, 0];
  for (const [segment, { kind, trained }] of rendered.entries()) {
    const contentStart = starts.get(`${segment} content`) ?? length;
    const opens = starts.get(`${segment} opening`);
    const start = opens ?? contentStart;
    const next = starts.get(`${segment + 1} opening`) ?? starts.get(`${segment + 1} content`);
    const end = next ?? length;
    const contentEnd = starts.get(`${segment} closing`) ?? end;
    // A segment without an opening continues the turn of the segment before it.
    if (opens !== undefined) opening = [start, contentStart];
    segments.push({ kind, trained, start, contentStart, contentEnd, end, opening });
  }
  return segments;
}
