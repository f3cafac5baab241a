/**
 * What a piece may repeat, masked, of its document's start: nothing; the first segment; with it the
 * current `file` segment; and between the two the requirements or their beginning (without any, the
 * task) and lines of the plan. If the piece
 * starts inside a turn, the marks that open the turn follow. Pure.
 */
import { lastUpTo } from '../last-up-to.ts';
import type { PlacedSegment } from '../segments.ts';
import type { Turn } from '../template/read.ts';
import type { TokenView } from './tokens.ts';

type Range = readonly [start: number, end: number];
const nothing: Range = [0, 0];

/** Whether these tokens may stand before the piece that begins at this token. */
export function mayRepeat(view: TokenView, start: number, prefix: Uint32Array): boolean {
  const { turns, segments, ends } = view;
  const [frame] = segments;
  const passed = start === 0 ? 0 : (ends[start - 1] ?? 0);
  const before = turns[lastUpTo(turns, start - 1, ({ tokens }) => tokens.start)]?.tokens;
  const amid = before !== undefined && start < before.end ? before : undefined;
  const opening: Range = amid === undefined ? nothing : [amid.start, amid.content];
  const copies = (ranges: readonly Range[]) => isEqual(prefix, tokensIn(view, ranges));
  if (copies([opening])) return true;
  if (frame === undefined || passed < frame.end) return false;
  let at = lastUpTo(segments, passed, ({ end }) => end);
  while (at >= 0 && segments[at]?.kind !== 'file') at -= 1;
  const file = segments[at];
  const first = rangeOf(view, frame);
  const tails = [[opening], ...(file === undefined ? [] : [[rangeOf(view, file), opening]])];
  return tails.some(
    (tail) =>
      copies([first, ...tail]) ||
      recapsBefore(view, passed, prefix.subarray(first[1] - first[0])).some(
        ({ lead, plan, closing }) => {
          const head = tokensIn(view, [first, ...lead]);
          const end = tokensIn(view, [closing, ...tail]);
          const middle = prefix.subarray(head.length, prefix.length - end.length);
          const around = Uint32Array.from([...head, ...middle, ...end]);
          return isEqual(prefix, around) && isPartOf(tokensIn(view, [plan]), middle);
        },
      ),
  );
}

interface Recap {
  /** What stands before the plan, or at least the marks that open its turn. */
  readonly lead: readonly Range[];
  /** Of these tokens the first ones, then others that follow on one another. */
  readonly plan: Range;
  /** The marks that end the turn. */
  readonly closing: Range;
}

/** What tokens after the first segment may repeat of a plan, if it ended before this byte. */
function recapsBefore(view: TokenView, passed: number, tokens: Uint32Array): Recap[] {
  const plan = view.segments.find(({ kind }) => kind === 'plan');
  if (plan === undefined || passed < plan.end) return [];
  const turn = turnAround(view, plan);
  const [start, end] = rangeOf(view, plan);
  const closing: Range = turn?.end === plan.end ? [turn.tokens.close, turn.tokens.end] : nothing;
  const repeated: Range = [start, end - (closing[1] - closing[0])];
  return leadsBefore(view, turn, tokens, start).map((lead) => ({
    lead: [lead],
    plan: repeated,
    closing,
  }));
}

function leadsBefore(
  view: TokenView,
  turn: Turn | undefined,
  tokens: Uint32Array,
  planStart: number,
): Range[] {
  const { inputIds, segments } = view;
  const requirements = segments.find(({ kind }) => kind === 'requirements');
  if (requirements === undefined) {
    const task = segments.find(({ kind }) => kind === 'task');
    return task === undefined ? [nothing] : [rangeOf(view, task), nothing];
  }
  const [start, end] = rangeOf(view, requirements);
  const leads: Range[] = [turn === undefined ? nothing : [turn.tokens.start, turn.tokens.content]];
  for (let cut = start; cut < end && tokens[cut - start] === inputIds[cut]; cut += 1) {
    if (tokens[cut + 1 - start] === inputIds[planStart]) leads.push([start, cut + 1]);
  }
  return leads;
}

function tokensIn({ inputIds }: TokenView, ranges: readonly Range[]): Uint32Array {
  return Uint32Array.from(ranges.flatMap(([start, end]) => [...inputIds.subarray(start, end)]));
}

function isEqual(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

/** Whether the part begins as the whole does, and goes on with a run of tokens of the whole. */
function isPartOf(whole: Uint32Array, part: Uint32Array): boolean {
  let head = 0;
  while (head < part.length && part[head] === whole[head]) head += 1;
  const run = part.subarray(head);
  for (let start = 0; head > 0 && start + run.length <= whole.length; start += 1) {
    if (run.every((id, at) => id === whole[start + at])) return true;
  }
  return false;
}

/** The tokens of a segment alone, and the marks of its turn if it begins or ends the turn. */
function rangeOf(view: TokenView, segment: PlacedSegment): Range {
  const turn = turnAround(view, segment);
  const { ends } = view;
  const from = segment.start === turn?.start ? turn.tokens.start : tokenAfter(ends, segment.start);
  const to = segment.end === turn?.end ? turn.tokens.end : tokenAfter(ends, segment.end);
  return [from, to];
}

function turnAround({ turns }: TokenView, segment: PlacedSegment): Turn | undefined {
  const around = turns[lastUpTo(turns, segment.start, ({ start }) => start)];
  return around !== undefined && segment.end <= around.end ? around : undefined;
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
