/**
 * Restores the state that Redis needs before it may count or grant claims. A marker in Redis shows
 * that the state is complete. Without the marker, processes wait until every process has recorded
 * its last call and renewed its claims, and then write the spending of all processes to Redis. A
 * data set that never spent does not wait.
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { RedisKnobs } from './config.ts';
import type { Ledger } from './ledger.ts';

export interface Refill {
  /** The key that must exist before Redis is trusted. */
  readonly marker: string;
  /** The key of the hash that holds each process's spending. */
  readonly spent: string;
  /** Refills Redis from the ledger and sets the marker; errors of Redis are passed on. */
  run(signal: AbortSignal): Promise<void>;
  /** Called when Redis is back: for a while, a free claim is not trusted. */
  distrust(): void;
  /** Milliseconds until a free claim may be taken. */
  untrustedMs(): number;
}

interface Options {
  readonly redis: Redis;
  readonly dataset: string;
  readonly settings: RedisKnobs;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** No process takes longer than this to reconnect. */
const reconnectMs = 3_000;

export function openRefill({ redis, dataset, settings, ledger, clock }: Options): Refill {
  const marker = `backstory:${dataset}:budget:known`;
  const spent = `backstory:${dataset}:budget:spent`;
  // After this time every living process has reconnected and renewed its claims once.
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
    // Write only missing fields: a living process's report is newer than its entry in the ledger.
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
