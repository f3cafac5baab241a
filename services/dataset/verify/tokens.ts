/**
 * Checks the tokens of one document against its text: the turn of each segment, the mask of every
 * token (I2). The checks use only the bytes at which tokens end in the text, so they share no
 * assumption with the code that cut and masked them. Pure.
 */
import {
  type MaskingName,
  type SegmentKind,
  segmentKinds,
  turnRole,
} from '../../../schemas/trajectory-text.ts';
import { lastUpTo } from '../last-up-to.ts';
import type { PlacedSegment } from '../segments.ts';
import { type ReadDocument, type Turn, tokenPlaces } from '../template/read.ts';
import type { Template } from '../template/template.ts';
import { Difference, mustHold } from './difference.ts';

export interface TokenView extends ReadDocument {
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
  readonly segments: readonly PlacedSegment[];
  readonly template: Template;
  readonly masking: MaskingName;
  /** Paths of files whose write is not trained, because it has no thought. */
  readonly masked: ReadonlySet<string>;
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
    const at = { byte: start };
    mustHold(span.start <= start && end <= span.end, `turn ${turn} does not hold its ${kind}`, at);
    const isOfRole = name === template.turns.roleNames[turnRole(kind)];
    mustHold(isOfRole, `a ${kind} is in a turn of ${name}`, at);
  }
  mustHold(turn === turns.length - 1, 'it has turns without a segment');
}

/**
 * I2: a token is trained exactly if every byte of it lies in a trained segment, or if it ends a
 * trained turn of the model (without turns: the document). A write that the provenance masks is not
 * trained. With the masking `segments`, each segment is tokenized by itself: no token lies in two.
 */
export function checkMask(view: TokenView): void {
  const { mask, masking, places } = view;
  for (const { token, held, turn, kind } of placeTokens(view)) {
    const alone = held.length === 0 || (held.length === 1 && places[token] === tokenPlaces.text);
    // No mustHold here: its message and place would be made for every token.
    if (masking !== 'joint' && !alone) {
      throw new Difference(`token ${token} lies in two segments`, { token });
    }
    const trained =
      mayBeTrained(view, token, turn) && held.every((segment) => isTrainedSegment(view, segment));
    if (mask[token] !== (trained ? 1 : 0)) {
      throw new Difference(`token ${token} (${kind}) has the wrong mask`, { token });
    }
  }
}

interface PlacedToken {
  readonly token: number;
  /** The segments that hold bytes of the token; none for a token without text. */
  readonly held: readonly PlacedSegment[];
  /** The segment's kind at the token's last byte, or at its place if it has no text. */
  readonly kind: SegmentKind;
  readonly turn: Turn | undefined;
}

function* placeTokens({ ends, turns, segments }: TokenView): Generator<PlacedToken> {
  let start = 0;
  let turn = 0;
  let segment = 0;
  for (const [token, end] of ends.entries()) {
    while (token >= (turns[turn]?.tokens.end ?? Number.POSITIVE_INFINITY)) turn += 1;
    while (start >= (segments[segment]?.end ?? Number.POSITIVE_INFINITY)) segment += 1;
    const held = start < end ? segmentsBefore(end, segments, segment) : [];
    const kind = (held.at(-1) ?? segments[segment])?.kind ?? 'done';
    yield { token, held, kind, turn: turns[turn] };
    start = end;
  }
}

/** The segments from `first` on that begin before the byte `end`. */
function segmentsBefore(
  end: number,
  segments: readonly PlacedSegment[],
  first: number,
): readonly PlacedSegment[] {
  let next = first;
  while ((segments[next]?.start ?? end) < end) next += 1;
  return segments.slice(first, next);
}

/** Whether the token's place allows training. For a token of text, its segments decide. */
function mayBeTrained(view: TokenView, token: number, turn?: Turn): boolean {
  const { places, template } = view;
  switch (places[token]) {
    case tokenPlaces.text:
      return true;
    case tokenPlaces.endOfTurn:
      return turn?.role === template.turns?.roleNames.assistant && endsTrained(view, turn);
    case tokenPlaces.endOfText:
      return template.turns === null;
    default:
      return false;
  }
}

function isTrainedSegment({ masked }: TokenView, { kind, path }: PlacedSegment): boolean {
  if (kind === 'write' && masked.has(path ?? '')) return false;
  return segmentKinds[kind] === 'think' || segmentKinds[kind] === 'action';
}

/** A turn that ends with a masked write does not train the model to end it. */
function endsTrained(view: TokenView, turn: Turn | undefined): boolean {
  if (view.masked.size === 0 || turn === undefined) return true;
  const last = view.segments[lastUpTo(view.segments, turn.end, ({ end }) => end)];
  return last === undefined || isTrainedSegment(view, last);
}
