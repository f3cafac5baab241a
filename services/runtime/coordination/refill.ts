/**
 * What a Redis that lost everything must know again before it may count or give out claims. A
 * marker says that it knows; without one, processes wait until each has written down its last
 * call and renewed its claims, and then fill in the spending of all. A data set that never spent
 * does not wait.
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { RedisKnobs } from './config.ts';
import type { Ledger } from './ledger.ts';

export interface Refill {
  /** The key that must exist before Redis is trusted. */
  readonly marker: string;
  /** The hash of what each process spent. */
  readonly spent: string;
  /** Makes Redis know again; throws what Redis throws. */
  run(signal: AbortSignal): Promise<void>;
  /** Redis was away: claims are not trusted for a while. */
  distrust(): void;
  /** Milliseconds until a claim that is free may be taken. */
  untrustedMs(): number;
}

interface Options {
  readonly redis: Redis;
  readonly dataset: string;
  readonly settings: RedisKnobs;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** Longer than any process takes to connect again. */
const reconnectMs = 3_000;

export function openRefill({ redis, dataset, settings, ledger, clock }: Options): Refill {
  const marker = `backstory:${dataset}:budget:known`;
  const spent = `backstory:${dataset}:budget:spent`;
  // By then every living process has connected, and has renewed its claims once.
  const settleMs = reconnectMs + settings.flightMs / 3;
  let trustedMs = 0;
  let running: Promise<void> | null = null;

  const fill = async (signal: AbortSignal) => {
    if ((await ledger.readAll()).size > 0) await clock.sleep(settleMs, signal);
    const fields = [...(await ledger.readAll())].flatMap(
      ([id, { calls, microDollars }]): [string, string][] => [
        [`${id}/calls`, String(calls)],
        [`${id}/money`, String(microDollars)],
      ],
    );
    // Only what is missing: a living process's own report is newer than its entry in the ledger.
    for (const [field, value] of fields) await redis.hsetnx(spent, field, value);
    await redis.set(marker, '1');
  };
  return {
    marker,
    spent,
    run: (signal) => {
      running ??= fill(signal).finally(() => {
        running = null;
      });
      return running;
    },
    distrust: () => {
      trustedMs = clock.nowMs() + settleMs;
    },
    untrustedMs: () => Math.max(0, trustedMs - clock.nowMs()),
  };
}
