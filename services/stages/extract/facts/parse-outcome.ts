/** What parsing one file gives. */
import { type Facts, noFacts, type ParsedFile } from './facts.ts';

export interface ParseOutcome {
  readonly parser: ParsedFile['parser'];
  readonly facts: Facts;
  /** What was lost and why; null when nothing was. */
  readonly shortfall: string | null;
}

/** A file that yields nothing: all of it counts as unread. */
export function unparsed(shortfall: string): ParseOutcome {
  return { parser: 'none', facts: { ...noFacts, errorRatio: 1 }, shortfall };
}
