/**
 * Limits that stand before the budget of calls and money: dollars per day and per repository, and
 * tokens per minute. They count in a book, which an embedded run keeps on disk, so that they hold
 * over all processes of the run; without one, they hold for this process.
 */
import { type Clock, timeOfDayMs } from '../clock.ts';
import type { Book } from './book.ts';
import { type Budget, type BudgetLimits, heldWaitMs, type Wait } from './coordination.ts';
import { burstMs, spacingMs } from './rate.ts';

export interface CapLimits extends BudgetLimits {
  /** Millionths of a dollar; null: no limit. */
  readonly microDollarsPerDayMax: number | null;
  readonly microDollarsPerRepositoryMax: number | null;
  readonly tokensPerMinute: number | null;
}

/** What a call may cost at most, and for whom it is made. */
export interface Want {
  readonly microDollars: number;
  readonly tokens: number;
  readonly repository: string;
}

export interface Cost {
  readonly microDollars: number;
  readonly tokens: number;
}

export type CappedAdmission =
  | { readonly kind: 'go'; readonly settle: (cost: Cost) => void }
  | Wait
  | {
      readonly kind: 'over';
      readonly limit: 'calls' | 'money' | 'day' | 'repository';
      readonly used: number;
    };

export interface CappedBudget {
  admit(limits: CapLimits, want: Want, signal: AbortSignal): Promise<CappedAdmission>;
}

export interface CapTools {
  readonly budget: Budget;
  readonly book: Book;
  readonly clock: Clock;
  /** The time of day, whose date in UTC names the day. */
  readonly timeMs?: () => number;
}

export function openCaps({ budget, book, clock, timeMs = timeOfDayMs }: CapTools): CappedBudget {
  let tokensNextMs = 0;

  /** Null: admitted, and the tokens are taken. */
  const takeTokens = (limits: CapLimits, tokens: number): number | null => {
    if (limits.tokensPerMinute === null) return null;
    const now = clock.nowMs();
    const due = Math.max(tokensNextMs, now);
    const wait = due - now - burstMs;
    if (wait > 0) return Math.ceil(wait);
    tokensNextMs = due + tokens * spacingMs(limits.tokensPerMinute);
    return null;
  };
  const giveTokens = (limits: CapLimits, tokens: number) => {
    if (limits.tokensPerMinute !== null) tokensNextMs -= tokens * spacingMs(limits.tokensPerMinute);
  };

  return {
    admit: async (limits, want, signal) => {
      signal.throwIfAborted();
      const day = new Date(timeMs()).toISOString().slice(0, 10);
      const scopes = [
        ['day', `day ${day}`, limits.microDollarsPerDayMax],
        ['repository', `repository ${want.repository}`, limits.microDollarsPerRepositoryMax],
      ] as const;
      for (const [limit, name, most] of scopes) {
        const { spent, held } = book.of(name);
        const left = (most ?? Number.POSITIVE_INFINITY) - spent;
        if (left <= 0 || want.microDollars > left) return { kind: 'over', limit, used: spent };
        if (want.microDollars > left - held) {
          return { kind: 'wait', for: 'money', ms: heldWaitMs, used: spent };
        }
      }
      const tokensMs = takeTokens(limits, want.tokens);
      if (tokensMs !== null) return { kind: 'wait', for: 'rate', ms: tokensMs, used: 0 };
      const entry = book.begin(
        scopes.map(([, name]) => name),
        want.microDollars,
      );
      const undo = () => {
        giveTokens(limits, want.tokens);
        entry.cancel();
      };
      const admission = await budget.admit(limits, want.microDollars, signal).catch((error) => {
        undo();
        throw error;
      });
      if (admission.kind !== 'go') {
        undo();
        return admission;
      }
      // In the book before it is made: a killed process counts too much, never too little.
      await entry.durable();
      return {
        kind: 'go',
        settle: (cost) => {
          giveTokens(limits, want.tokens - cost.tokens);
          admission.settle(cost.microDollars);
          entry.end(cost.microDollars);
        },
      };
    },
  };
}
