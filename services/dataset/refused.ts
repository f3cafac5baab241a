/** Says which checks refused answers about a step, as a line for readers. Pure. */
import type { Refused } from '../../schemas/generated/types.ts';
import { printable } from './printable.ts';

/** What was refused of the plan, which has no path, or of a file; null where nothing was. */
export function tellRefused(all: readonly Refused[], path: string | null): string | null {
  const checks = all.find((each) => each.path === path)?.checks ?? {};
  const counts = Object.entries(checks).map(([check, count]) => `${count} by ${printable(check)}`);
  return counts.length === 0 ? null : `answers that a check refused: ${counts.join(', ')}`;
}
