/**
 * Whether thoughts repeat themselves, and whether they copy: the share of their runs of 13 words
 * that stood before in a thought of the same document, and the share that stands in its files.
 * Counted document by document, with a bounded number of runs each. Pure.
 */
import { wordsOf } from '../teacher/words.ts';
import { hashRuns } from './runs.ts';
import { createTally, type Tally } from './tally.ts';

export interface Repetition {
  /** Words in a run. */
  readonly runWords: number;
  /** Runs in all thoughts. */
  readonly runs: number;
  readonly selfRepetition: { readonly share: number; readonly reference: number };
  readonly sourceOverlap: { readonly share: number; readonly reference: number };
  /** Documents with more runs than are kept: their part of both shares is an estimate. */
  readonly sampledDocuments: number;
}

export interface RepetitionMeasure {
  addDocument(thoughts: readonly string[], sources: readonly string[]): void;
  report(): Repetition;
}

const runWords = 13;
/** A thought of a thousand words has as many runs: this is a repository of some 250 of them. */
const runsKept = 2 ** 18;
/** Of arXiv 2608.30627, for refined annotations. */
const references = { selfRepetition: 0.00203, sourceOverlap: 0.00051 } as const;

export function createRepetition(capacity = runsKept): RepetitionMeasure {
  let [runs, repeated, copied, sampledDocuments] = [0, 0, 0, 0];
  return {
    addDocument: (thoughts, sources) => {
      const tally = createTally(capacity);
      for (const thought of thoughts) {
        for (const run of hashRuns(wordsOf(thought), runWords)) tally.add(run);
      }
      runs += tally.total;
      repeated += tally.total - tally.distinct;
      copied += countCopied(tally, sources);
      if (tally.oneIn > 1) sampledDocuments += 1;
    },
    report: () => ({
      runWords,
      runs,
      selfRepetition: {
        share: repeated / Math.max(1, runs),
        reference: references.selfRepetition,
      },
      sourceOverlap: { share: copied / Math.max(1, runs), reference: references.sourceOverlap },
      sampledDocuments,
    }),
  };
}

/** Occurrences of thoughts' runs that a source holds too. */
function countCopied(tally: Tally, sources: readonly string[]): number {
  const found = new Set<number>();
  for (const source of sources) {
    for (const run of hashRuns(wordsOf(source), runWords)) if (tally.has(run)) found.add(run);
  }
  let copied = 0;
  for (const run of found) copied += tally.countOf(run);
  return copied * tally.oneIn;
}
