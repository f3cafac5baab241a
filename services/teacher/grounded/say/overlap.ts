/**
 * Measures how much of the code stands in a text word for word, so that the grounded teacher drops
 * sentences that a leak guard would refuse. It is simpler than the guard of the search, which also
 * breaks up long words, strips comments and exempts lists of names, and it has limits of its own.
 */
import { joinedRuns } from '../../../ports/word-runs.ts';
import { wordsOf } from '../../words.ts';

/** Below the defaults of `search.leakWordsMax` and `search.leakShareMax`, because the guard of the
 * search counts a little differently. */
export const overlapLimits = {
  /** Words in a row that a sentence may share with the code. */
  runWordsMax: 10,
  /** Length of the runs whose share of the code is measured. */
  shareRunWords: 5,
  /** Largest share of the runs of the code that a text may hold. */
  shareMax: 0.12,
} as const;

/** The length at which a run of shared words is a copy. */
const copiedWords = overlapLimits.runWordsMax + 1;

export interface CodeRuns {
  readonly long: ReadonlySet<string>;
  readonly short: ReadonlySet<string>;
  /** Words in a short run: fewer than usual where the whole code is shorter. */
  readonly shortWords: number;
}

export function indexRuns(code: string): CodeRuns {
  const tokens = wordsOf(code);
  // A file shorter than a run counts as copied only as a whole.
  const shortWords = Math.max(1, Math.min(overlapLimits.shareRunWords, tokens.length));
  return {
    long: new Set(joinedRuns(tokens, copiedWords)),
    short: new Set(joinedRuns(tokens, shortWords)),
    shortWords,
  };
}

/** Whether the sentence shares a longer run of words with the code than is allowed. */
export function copiesCode(text: string, index: CodeRuns): boolean {
  return joinedRuns(wordsOf(text), copiedWords).some((run) => index.long.has(run));
}

/** Short runs of the code that the text holds. */
export function sharedRuns(text: string, { short, shortWords }: CodeRuns): number {
  return new Set(joinedRuns(wordsOf(text), shortWords).filter((run) => short.has(run))).size;
}

/** Whether the text holds too large a share of the code in short runs. */
export function copiesMuch(text: string, index: CodeRuns): boolean {
  const sharedMax = overlapLimits.shareMax * index.short.size;
  return index.short.size > 0 && sharedRuns(text, index) > sharedMax;
}
