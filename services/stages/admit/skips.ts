/** Sorts the skipped files, and describes them for people. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { SkippedFile } from '../../../schemas/generated/types.ts';

/** Returns the counts by reason in words, as in `12 binary, 3 vendored`. */
export function describeSkips(skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return 'it has none';
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([a, left], [b, right]) => right - left || compareText(a, b))
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}

export function sortSkips(skipped: readonly SkippedFile[]): readonly SkippedFile[] {
  return skipped.toSorted((a, b) => compareText(a.path, b.path) || compareText(a.reason, b.reason));
}
