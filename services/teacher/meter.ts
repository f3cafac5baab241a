/** What a teacher's calls cost so far in this process, for the progress line and for metrics. */
import type { Usage } from '../../schemas/generated/types.ts';
import type { CallWatcher, WatchedCalls } from '../ports/calls.ts';

export interface Reading {
  readonly calls: number;
  readonly underWay: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly microDollars: number;
  /** Calls that brought nothing. */
  readonly failures: number;
  /** Times that a call had to wait for a rate or for money. */
  readonly waits: number;
}

export interface Meter {
  begun(): void;
  /** Null: the call brought nothing. */
  ended(usage: Usage | null, cachedTokens: number, seconds: number): void;
  waiting(what: 'rate' | 'money'): void;
  read(): Reading;
  /** The same for who watches, with what the calls may cost at most. */
  watched(dollarsMax: number | null): WatchedCalls;
}

export function openMeter(): Meter {
  const now = {
    ...{ calls: 0, underWay: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
    ...{ microDollars: 0, failures: 0, waits: 0 },
  };
  const watchers: CallWatcher[] = [];
  return {
    begun: () => {
      now.calls += 1;
      now.underWay += 1;
    },
    ended: (usage, cachedTokens, seconds) => {
      now.underWay -= 1;
      if (usage === null) now.failures += 1;
      now.promptTokens += usage?.promptTokens ?? 0;
      now.completionTokens += usage?.completionTokens ?? 0;
      now.microDollars += usage?.microDollars ?? 0;
      now.cachedTokens += cachedTokens;
      const { promptTokens = 0, completionTokens = 0, microDollars = 0 } = usage ?? {};
      const outcome = usage === null ? 'failed' : 'answered';
      const call = { outcome, seconds, promptTokens, cachedTokens } as const;
      for (const each of watchers) each.ended({ ...call, completionTokens, microDollars });
    },
    waiting: (what) => {
      now.waits += 1;
      for (const each of watchers) each.waited(what);
    },
    read: () => ({ ...now }),
    watched: (dollarsMax) => ({
      underWay: () => now.underWay,
      dollarsMax,
      watch: (watcher) => void watchers.push(watcher),
    }),
  };
}
