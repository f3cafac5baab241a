/**
 * Holds calls to the rates and to the budgets of calls and money; reaching one stops the run, or
 * the repository. What a call may cost at most is set aside before it is made, and settled when it
 * ends.
 */
import type { Usage } from '../../../../schemas/generated/types.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { CappedAdmission, CappedBudget } from '../../../runtime/coordination/caps.ts';
import { type ErrorCode, PipelineError } from '../../../runtime/errors.ts';
import type { Meter } from '../../meter.ts';
import type { TeacherSettings } from '../../settings.ts';
import { type Prices, priceOf } from './prices.ts';

/** A call that was admitted. */
export interface Call {
  /**
   * Null: it brought nothing, and nothing was billed. `lost`: nobody knows what was billed, so the
   * most that it may have cost is.
   */
  end(usage: Usage | 'lost' | null, cachedTokens?: number): void;
}

/** What is about to be asked. */
export interface AskedFor {
  readonly promptBytes: number;
  readonly tokensMax: number;
  readonly repository: string;
}

export interface Spending {
  /**
   * Waits for rate and room, then counts a call that is about to be made. TEACHER_BUDGET, or
   * TEACHER_REPOSITORY_BUDGET for the repository alone.
   */
  begin(asked: AskedFor, signal: AbortSignal): Promise<Call>;
}

type Limits = Pick<
  TeacherSettings,
  | 'callsMax'
  | 'dollarsMax'
  | 'dollarsPerDayMax'
  | 'dollarsPerRepositoryMax'
  | 'callsPerMinute'
  | 'tokensPerMinute'
  | 'timeoutMs'
>;

/**
 * Bytes of a token where no answer has told more: code has between three and four, other scripts
 * fewer. Too low a number only stops a run a little early.
 */
const bytesPerToken = 2;

export interface SpendingTools {
  readonly prices: Prices;
  readonly budget: CappedBudget;
  readonly clock: Clock;
  readonly meter: Meter;
}

export function openSpending(limits: Limits, tools: SpendingTools): Spending {
  const { prices, budget, clock, meter } = tools;
  const inMicro = (dollars: number | null) => (dollars === null ? null : dollars * 1e6);
  const asked = {
    callsMax: limits.callsMax,
    microDollarsMax: limits.dollarsMax * 1e6,
    microDollarsPerDayMax: inMicro(limits.dollarsPerDayMax),
    microDollarsPerRepositoryMax: inMicro(limits.dollarsPerRepositoryMax),
    callsPerMinute: limits.callsPerMinute,
    tokensPerMinute: limits.tokensPerMinute,
  };
  /** The most tokens per byte of any prompt so far; no token is shorter than a byte. */
  let density = 1 / bytesPerToken;
  const begin: Spending['begin'] = async ({ promptBytes, tokensMax, repository }, signal) => {
    const promptTokens = Math.ceil(promptBytes * density);
    const microDollars = priceOf({ promptTokens, completionTokens: tokensMax }, prices);
    const want = { microDollars, tokens: promptTokens + tokensMax, repository };
    // Calls that hold money end within their time limit; a killed process's never do.
    const patienceMs = 2 * limits.timeoutMs;
    for (let waitedMs = 0; ; ) {
      const admission = await budget.admit(asked, want, signal);
      if (admission.kind === 'go') {
        meter.begun();
        const begunMs = clock.nowMs();
        return endOnce((ended, cachedTokens) => {
          const usage = ended === 'lost' ? null : ended;
          const told = (usage?.promptTokens ?? 0) / promptBytes;
          density = Math.min(1, Math.max(density, told));
          meter.ended(usage, cachedTokens, (clock.nowMs() - begunMs) / 1000);
          const tokens = usage === null ? 0 : usage.promptTokens + usage.completionTokens;
          const unknown = ended === 'lost' ? microDollars : 0;
          admission.settle({ microDollars: usage?.microDollars ?? unknown, tokens });
        });
      }
      if (admission.kind === 'over') throw overBudget(admission, want);
      if (admission.for === 'money') waitedMs += admission.ms;
      if (waitedMs > patienceMs) throw overBudget({ limit: 'money', used: admission.used }, want);
      meter.waiting(admission.for);
      await clock.sleep(admission.ms, signal);
    }
  };
  return { begin };
}

function endOnce(end: (usage: Usage | 'lost' | null, cachedTokens: number) => void): Call {
  let ended = false;
  return {
    end: (usage, cachedTokens = 0) => {
      if (!ended) end(usage, cachedTokens);
      ended = true;
    },
  };
}

type Over = Pick<Extract<CappedAdmission, { kind: 'over' }>, 'limit' | 'used'>;

const words = {
  calls: { knob: 'callsMax', of: '' },
  money: { knob: 'dollarsMax', of: '' },
  day: { knob: 'dollarsPerDayMax', of: ' today (UTC)' },
  repository: { knob: 'dollarsPerRepositoryMax', of: ' on this repository' },
} as const;

function overBudget(
  { limit, used }: Over,
  want: { readonly microDollars: number; readonly repository: string },
): PipelineError {
  const knob = `teacher.${words[limit].knob}`;
  const dollars = (micro: number) => (micro / 1e6).toFixed(micro < 10_000 ? 6 : 2);
  const what =
    limit === 'calls'
      ? `${used} calls are made`
      : `${dollars(used)} dollars are spent${words[limit].of}, and the next call may cost up to ${dollars(want.microDollars)}`;
  const code: ErrorCode = limit === 'repository' ? 'TEACHER_REPOSITORY_BUDGET' : 'TEACHER_BUDGET';
  const whose = limit === 'repository' ? ` for ${want.repository}` : '';
  const later = limit === 'day' ? 'go on tomorrow, or raise' : 'raise';
  return new PipelineError(
    code,
    `the teacher's budget${whose} is used up: ${what}; ${later} ${knob} and run the same command again, answers so far are kept`,
    { subject: knob },
  );
}
