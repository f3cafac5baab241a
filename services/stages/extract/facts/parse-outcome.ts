/** The outcome of parsing one file. */
import { type Facts, noFacts, type ParsedFile } from './facts.ts';

export interface ParseOutcome {
  readonly parser: ParsedFile['parser'];
  readonly facts: Facts;
  /** What was lost and why; null when nothing was. */
  readonly shortfall: string | null;
}

/** The outcome of a file that could not be parsed: all of it counts as unread. */
export function unparsed(shortfall: string): ParseOutcome {
  return { parser: 'none', facts: { ...noFacts, errorRatio: 1 }, shortfall };
}
