/**
 * Checks the tokens of one document against its text: whose turn each segment is in, the mask of
 * every token (I2), and what a piece may repeat. It works from where tokens end in the text, so
 * it shares no assumption with the code that cut and masked them. Pure.
 */
import {
  type MaskingName,
  type SegmentKind,
  segmentKinds,
  turnRole,
} from '../../../schemas/trajectory-text.ts';
import { type ReadDocument, type Turn, tokenPlaces } from '../template/read.ts';
import type { Template } from '../template/template.ts';
import { expect, type PlacedSegment } from './document.ts';

export interface TokenView extends ReadDocument {
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
  readonly segments: readonly PlacedSegment[];
  readonly template: Template;
  readonly masking: MaskingName;
}

/** Each segment lies in a turn of its role, and neighbours of one role share a turn. */
export function checkTurns({ template, turns, segments }: TokenView): void {
  if (template.turns === null) return;
  let turn = -1;
  let role: string | null = null;
  for (const { kind, start, end } of segments) {
    if (turnRole(kind) !== role) turn += 1;
    role = turnRole(kind);
    const { role: name, ...span } = turns[turn] ?? { role: '', start: 0, end: 0 };
    expect(span.start <= start && end <= span.end, `turn ${turn} does not hold its ${kind}`);
    expect(name === template.turns.roleNames[turnRole(kind)], `a ${kind} is in a turn of ${name}`);
  }
  expect(turn === turns.length - 1, 'it has turns without a segment');
}

/**
 * I2: a token is trained exactly if every byte of it lies in a trained segment, or if it ends a
 * turn of the model. Where segments are tokenized by themselves, none crosses a seam.
 */
export function checkMask(view: TokenView): void {
  const { ends, places, mask, segments, masking } = view;
  let segment = 0;
  let turn = 0;
  let start = 0;
  for (const [token, end] of ends.entries()) {
    const place = places[token];
    while (token >= (view.turns[turn]?.tokens.end ?? Number.POSITIVE_INFINITY)) turn += 1;
    while (start >= (segments[segment]?.end ?? Number.POSITIVE_INFINITY)) segment += 1;
    let { kind } = segments[segment] ?? { kind: 'done' as const };
    let trained = place === tokenPlaces.text;
    if (place === tokenPlaces.endOfTurn) trained = isOfModel(view, view.turns[turn]);
    if (place === tokenPlaces.endOfText) trained = view.template.turns === null;
    const seams = segments[segment]?.end ?? end;
    const alone = end <= seams && (place === tokenPlaces.text || end === start);
    expect(masking === 'joint' || alone, `token ${token} lies in two segments`);
    for (let at = segment; start < end && (segments[at]?.start ?? end) < end; at += 1) {
      kind = segments[at]?.kind ?? kind;
      trained &&= isTrainedRole(kind);
    }
    expect(mask[token] === (trained ? 1 : 0), `token ${token} (${kind}) has the wrong mask`);
    start = end;
  }
}

function isOfModel({ template }: TokenView, turn: Turn | undefined): boolean {
  return turn?.role === template.turns?.roleNames.assistant;
}

function isTrainedRole(kind: SegmentKind): boolean {
  return segmentKinds[kind] === 'think' || segmentKinds[kind] === 'action';
}

/**
 * The tokens with which a piece that starts at this token may begin: the document's first segment,
 * that and the current `file` segment, or neither; then what opens the turn that it starts amid.
 */
export function allowedPrefixes(view: TokenView, start: number): Uint32Array[] {
  const { inputIds, turns, segments, ends } = view;
  const [frame] = segments;
  const passed = start === 0 ? 0 : (ends[start - 1] ?? 0);
  const amid = turns.find(({ tokens }) => tokens.start < start && start < tokens.end)?.tokens;
  const opening = inputIds.subarray(amid?.start ?? 0, amid?.content ?? 0);
  if (frame === undefined || passed < frame.end) return [opening];
  const file = segments.findLast(({ kind, end }) => kind === 'file' && end <= passed);
  const frameIds = tokensOf(view, frame);
  const fileIds = file === undefined ? new Uint32Array() : tokensOf(view, file);
  const bases = [[], [frameIds], [frameIds, fileIds]];
  return bases.map((base) => Uint32Array.from([...base, opening].flatMap((ids) => [...ids])));
}

/** The tokens of a segment, with the marks around its turn; none has a byte of one before. */
function tokensOf({ inputIds, turns, ends }: TokenView, segment: PlacedSegment): Uint32Array {
  const turn = turns.find(({ start, end }) => start <= segment.start && segment.end <= end);
  const from = segment.start === turn?.start ? turn.tokens.start : tokenAfter(ends, segment.start);
  const to = segment.end === turn?.end ? turn.tokens.end : tokenAfter(ends, segment.end);
  return inputIds.subarray(from, to);
}

/** The first token that begins at or after a byte. */
function tokenAfter(ends: Uint32Array, byte: number): number {
  if (byte === 0) return 0;
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) >= byte) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}
