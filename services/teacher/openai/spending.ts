/**
 * Holds calls to the rate and to the budget of calls and money; reaching that stops the run. What a
 * call may cost at most is set aside before it is made, and settled when it ends.
 */
import type { Usage } from '../../../schemas/generated/types.ts';
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

/** A call that was admitted. */
export interface Call {
  /** Null: it brought nothing, and nothing was billed. */
  end(usage: Usage | null): void;
}

export interface Spending {
  /** Waits for rate and room, then counts a call that is about to be made. TEACHER_BUDGET. */
  begin(promptBytes: number, tokensMax: number, signal: AbortSignal): Promise<Call>;
}

type Limits = Pick<TeacherSettings, 'callsMax' | 'dollarsMax' | 'callsPerMinute' | 'timeoutMs'> &
  Prices;

/**
 * Bytes of a token where no answer has told more: code has between three and four, other scripts
 * fewer. Too low a number only stops a run a little early.
 */
const bytesPerToken = 2;

export function openSpending(limits: Limits, budget: Budget, clock: Clock): Spending {
  const { callsMax, dollarsMax, callsPerMinute, timeoutMs } = limits;
  const asked = { callsMax, microDollarsMax: dollarsMax * 1e6, callsPerMinute };
  /** The most tokens per byte of any prompt so far; no token is shorter than a byte. */
  let density = 1 / bytesPerToken;
  return {
    begin: async (promptBytes, tokensMax, signal) => {
      const promptTokens = Math.ceil(promptBytes * density);
      const reserved = priceOf(promptTokens, tokensMax, limits);
      // Calls that hold money end within their time limit; a killed process's never do.
      const patienceMs = 2 * timeoutMs;
      for (let waitedMs = 0; ; ) {
        const admission = await budget.admit(asked, reserved, signal);
        if (admission.kind === 'go') {
          return {
            end: (usage) => {
              const told = (usage?.promptTokens ?? 0) / promptBytes;
              density = Math.min(1, Math.max(density, told));
              admission.settle(usage?.microDollars ?? 0);
            },
          };
        }
        if (admission.kind === 'over') throw overBudget(admission.limit, admission.used, reserved);
        if (admission.for === 'money') waitedMs += admission.ms;
        if (waitedMs > patienceMs) throw overBudget('money', admission.used, reserved);
        await clock.sleep(admission.ms, signal);
      }
    },
  };
}

function overBudget(limit: 'calls' | 'money', used: number, reserved: number): PipelineError {
  const calls = limit === 'calls';
  const knob = calls ? 'teacher.callsMax' : 'teacher.dollarsMax';
  const dollars = (micro: number) => (micro / 1e6).toFixed(micro < 10_000 ? 6 : 2);
  const what = calls
    ? `${used} calls are made`
    : `${dollars(used)} dollars are spent, and the next call may cost up to ${dollars(reserved)}`;
  return new PipelineError(
    'TEACHER_BUDGET',
    `the teacher's budget is used up: ${what}; raise ${knob} and run the same command again, answers so far are kept`,
    { subject: knob },
  );
}
