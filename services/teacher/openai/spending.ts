/** Counts calls and money of this process against the budget; reaching it stops the run. */
import type { Usage } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Configuration } from '../config.ts';

export const nothingSpent: Usage = {
  calls: 0,
  promptTokens: 0,
  completionTokens: 0,
  microDollars: 0,
};

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    microDollars: a.microDollars + b.microDollars,
  };
}

type Prices = Pick<
  Configuration,
  'dollarsPerMillionPromptTokens' | 'dollarsPerMillionCompletionTokens'
>;

/** Dollars per million tokens are millionths of a dollar per token. */
export function priceOf(promptTokens: number, completionTokens: number, prices: Prices): number {
  return Math.round(
    promptTokens * prices.dollarsPerMillionPromptTokens +
      completionTokens * prices.dollarsPerMillionCompletionTokens,
  );
}

export interface Spending {
  /** Counts a call that is about to be made. TEACHER_BUDGET when none is left. */
  begin(): void;
  add(microDollars: number): void;
}

export function openSpending(limits: Pick<Configuration, 'callsMax' | 'dollarsMax'>): Spending {
  let calls = 0;
  let microDollars = 0;
  return {
    begin: () => {
      if (calls >= limits.callsMax) throw overBudget(`${calls} calls are made`, 'teacher.callsMax');
      if (microDollars >= limits.dollarsMax * 1e6) {
        throw overBudget(
          `${(microDollars / 1e6).toFixed(2)} dollars are spent`,
          'teacher.dollarsMax',
        );
      }
      calls += 1;
    },
    add: (spent) => {
      microDollars += spent;
    },
  };
}

function overBudget(what: string, knob: string): PipelineError {
  return new PipelineError(
    'TEACHER_BUDGET',
    `the teacher's budget is used up: ${what}; raise ${knob} and run the same command again, answers so far are kept`,
    { subject: knob },
  );
}
