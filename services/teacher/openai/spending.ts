/** Holds calls to the rate and to the budget of calls and money; reaching that stops the run. */
import type { Clock } from '../../runtime/clock.ts';
import type { Budget } from '../../runtime/coordination/coordination.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { TeacherSettings } from '../settings.ts';

type Prices = Pick<
  TeacherSettings,
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
  /** Waits for the rate, then counts a call that is about to be made. TEACHER_BUDGET. */
  begin(signal: AbortSignal): Promise<void>;
  add(microDollars: number): void;
}

type Limits = Pick<TeacherSettings, 'callsMax' | 'dollarsMax' | 'callsPerMinute'>;

export function openSpending(limits: Limits, budget: Budget, clock: Clock): Spending {
  const { callsMax, dollarsMax, callsPerMinute } = limits;
  const asked = { callsMax, microDollarsMax: dollarsMax * 1e6, callsPerMinute };
  return {
    begin: async (signal) => {
      for (;;) {
        const admission = await budget.admit(asked, signal);
        if (admission.kind === 'go') return;
        if (admission.kind === 'wait') await clock.sleep(admission.ms, signal);
        else throw overBudget(admission.limit, admission.used);
      }
    },
    add: (spent) => budget.spend(spent),
  };
}

function overBudget(limit: 'calls' | 'money', used: number): PipelineError {
  const calls = limit === 'calls';
  const knob = calls ? 'teacher.callsMax' : 'teacher.dollarsMax';
  const what = calls ? `${used} calls are made` : `${(used / 1e6).toFixed(2)} dollars are spent`;
  return new PipelineError(
    'TEACHER_BUDGET',
    `the teacher's budget is used up: ${what}; raise ${knob} and run the same command again, answers so far are kept`,
    { subject: knob },
  );
}
