/** What calls of a teacher cost, and sums of it. Pure. */
import { compareText } from '../../schemas/compare-text.ts';
import type { Usage } from '../../schemas/generated/types.ts';

export const noUsage: Usage = {
  calls: 0,
  promptTokens: 0,
  completionTokens: 0,
  microDollars: 0,
  refused: {},
  finish: {},
};

export function sumUsage(usages: readonly Usage[]): Usage {
  const sum = (field: Exclude<keyof Usage, 'refused' | 'finish'>) =>
    usages.reduce((total, usage) => total + usage[field], 0);
  return {
    calls: sum('calls'),
    promptTokens: sum('promptTokens'),
    completionTokens: sum('completionTokens'),
    microDollars: sum('microDollars'),
    refused: sumCounts(usages.map(({ refused }) => refused)),
    // A turn that a draft has kept for longer has no count of it.
    finish: sumCounts(usages.map(({ finish = {} }) => finish)),
  };
}

function sumCounts(counts: readonly Usage['refused'][]): Usage['refused'] {
  const sums = new Map<string, number>();
  for (const [name, count] of counts.flatMap((each) => Object.entries(each))) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => compareText(a, b)));
}
