/**
 * Pairs of a kept thought and one that lost to it, from what the search of a file tried. Both were
 * scored by one scorer on the same code, beside the same other thoughts, so bits compare. Pure.
 */
import type { Candidate, FileThoughtBody, Step } from '../../schemas/generated/types.ts';
import type { SearchedFile } from '../dataset/run-log/candidates.ts';

export interface Pair {
  /** Index of the thought within its file. */
  readonly thought: number;
  readonly chosen: Scored;
  readonly rejected: Scored & {
    /** `first`: the first wording; else as the candidate's outcome says. */
    readonly outcome: string;
  };
}

interface Scored {
  readonly text: string;
  readonly bits: number;
}

export function pairsOf({ trace, thought }: SearchedFile): Pair[] {
  const [first, kept] = [thoughtsOf(trace.steps), thoughtsOf(thought.steps)];
  return kept.flatMap((text, index) => pairsOfThought(index, text, first[index] ?? null, thought));
}

function pairsOfThought(
  index: number,
  text: string,
  first: string | null,
  { search, steps }: FileThoughtBody,
): Pair[] {
  if (search === null) return [];
  const own = search.candidates.filter(({ thought }) => thought === index);
  const start = firstBits(index, steps, search);
  const last = own.findLast(({ outcome }) => outcome === 'accepted');
  const bits = last === undefined ? start : last.bits;
  // What won must be what the data set holds; a log without texts gives no pair.
  if (bits === null || (last !== undefined && last.text !== text)) return [];
  const chosen = { text, bits };
  const losers = [
    ...(last === undefined || first === null || start === null
      ? []
      : [{ text: first, bits: start, outcome: 'first' }]),
    ...own.flatMap((each) => (each === last ? [] : loserOf(each))),
  ];
  return losers
    .filter((rejected) => rejected.bits > bits)
    .map((rejected) => ({ thought: index, chosen, rejected }));
}

function loserOf({ text, bits, outcome }: Candidate) {
  return text === null || bits === null ? [] : [{ text, bits, outcome }];
}

/**
 * Bits with the first wording of a thought. In a file of several writes only their sum is known, so
 * there it is null.
 */
function firstBits(
  index: number,
  steps: readonly Step[],
  { bitsBefore, candidates }: NonNullable<FileThoughtBody['search']>,
): number | null {
  if (steps.filter(({ kind }) => kind === 'write').length !== 1) return null;
  const earlier = candidates.findLast(
    ({ thought, outcome }) => thought < index && outcome === 'accepted',
  );
  return earlier === undefined ? bitsBefore : earlier.bits;
}

function thoughtsOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ kind, text }) => (kind === 'think' ? [text ?? ''] : []));
}
