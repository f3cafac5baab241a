/** Sorts the skipped files, and describes them for people. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { SkippedFile } from '../../../schemas/generated/types.ts';

/** A file that is not admitted. */
export interface Skip {
  readonly path: string;
  readonly reason: string;
  /** What it is about, e.g. the file that this one duplicates. */
  readonly detail?: string;
}

/** Returns the counts by reason in words, as in `12 binary, 3 vendored`. */
export function describeSkips(skipped: readonly Skip[]): string {
  if (skipped.length === 0) return 'it has none';
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([a, left], [b, right]) => right - left || compareText(a, b))
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}

export function sortSkips(skipped: readonly Skip[]): readonly Skip[] {
  return skipped.toSorted((a, b) => compareText(a.path, b.path) || compareText(a.reason, b.reason));
}

/** The skips as records have them. */
export function skippedFiles(skipped: readonly Skip[]): readonly SkippedFile[] {
  return skipped.map(({ path, reason, detail = null }) => ({ path, reason, detail }));
}
