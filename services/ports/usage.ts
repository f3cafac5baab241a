/** What calls of a teacher cost, and sums of it. Pure. */
import type { Usage } from '../../schemas/generated/types.ts';

export const noUsage: Usage = {
  calls: 0,
  promptTokens: 0,
  completionTokens: 0,
  microDollars: 0,
};

export function sumUsage(usages: readonly Usage[]): Usage {
  const sum = (field: keyof Usage) => usages.reduce((total, usage) => total + usage[field], 0);
  return {
    calls: sum('calls'),
    promptTokens: sum('promptTokens'),
    completionTokens: sum('completionTokens'),
    microDollars: sum('microDollars'),
  };
}
