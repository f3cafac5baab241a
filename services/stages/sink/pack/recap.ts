/**
 * What a piece amid a long document repeats of the document's start, so that it begins with its
 * plan: the requirements, or their first lines, and the lines of the plan for the files that the
 * piece writes. Where a document states none, its task, which in a later episode holds them in
 * brief. Ranges of tokens in the document, never new text. Pure.
 */
import { lastUpTo } from '../../../dataset/last-up-to.ts';
import type { TokenSegment } from '../tokens/join-tokens.ts';

export type Range = readonly [start: number, end: number];

export interface Recap {
  /**
   * The ranges for a piece that writes the files `first` to `last`, counted from 0, in at most
   * `tokensMax` tokens: the longest of several. Empty where not even the first file's line fits.
   */
  ranges(first: number, last: number, tokensMax: number): readonly Range[];
  /** A piece that begins before this token lies in the plan itself, and needs none. */
  readonly from: number;
}

/** Null for a document without a plan, or with one whose lines cannot be told apart by token. */
export function openRecap(
  segments: readonly TokenSegment[],
  endsLine: (token: number) => boolean,
): Recap | null {
  const plan = segments.find(({ kind }) => kind === 'plan');
  if (plan === undefined) return null;
  const files = segments.filter(({ kind }) => kind === 'file').length;
  const ends = lineEnds(plan, endsLine);
  // The header, what else stands before the list, then a line for each file.
  const listed = ends.length - files;
  const [headEnd] = ends;
  if (files === 0 || listed < 1 || headEnd === undefined) return null;
  const head: Range = [plan.start, headEnd];
  const closing: Range = [plan.contentEnd, plan.end];
  const leadsWithin = openLeads(segments, plan, endsLine);
  return {
    from: plan.end,
    ranges: (first, last, tokensMax) => {
      const start = ends[listed + first - 1];
      const own = ends[listed + first];
      if (start === undefined || own === undefined) return [];
      for (const lead of leadsWithin(tokensMax)) {
        const left = tokensMax - countTokens([...lead, head, closing]);
        const fitting = lastUpTo(ends, start + left, (end) => end);
        const end = ends[Math.min(fitting, listed + last)] ?? start;
        if (end >= own) return [...lead, head, [start, end] as const, closing].filter(isRange);
      }
      return [];
    },
  };
}

/** First lines of the requirements may take this share of what is repeated. */
const leadShare = 1 / 2;

/** What may stand before the plan, the longest first. */
function openLeads(
  segments: readonly TokenSegment[],
  plan: TokenSegment,
  endsLine: (token: number) => boolean,
): (tokensMax: number) => Range[][] {
  const requirements = segments.find(({ kind }) => kind === 'requirements');
  if (requirements === undefined) {
    const task = segments.find(({ kind }) => kind === 'task');
    return () => (task === undefined ? [[]] : [[[task.start, task.end]], []]);
  }
  const { start, end } = requirements;
  const ends = lineEnds(requirements, endsLine);
  // Without the requirements, the marks that open their common turn are wanted all the same.
  const alone: Range[] = plan.opening[0] < plan.start ? [plan.opening] : [];
  return (tokensMax) => {
    const fitting = lastUpTo(ends, start + tokensMax * leadShare, (each) => each);
    // The header of the requirements is a line, and says nothing by itself.
    const cut: Range[][] = fitting < 1 ? [] : [[[start, ends[fitting] ?? end]]];
    return [[[start, end]], ...cut, alone];
  };
}

/** One past each token of a segment's text that ends a line. */
function lineEnds(
  { contentStart, contentEnd }: TokenSegment,
  endsLine: (token: number) => boolean,
): number[] {
  const ends: number[] = [];
  for (let token = contentStart; token < contentEnd; token += 1) {
    if (endsLine(token)) ends.push(token + 1);
  }
  return ends;
}

export function countTokens(ranges: readonly Range[]): number {
  return ranges.reduce((total, [start, end]) => total + end - start, 0);
}

function isRange([start, end]: Range): boolean {
  return end > start;
}
