/**
 * Coordination through Redis. Everything stored there may vanish at any moment. Then, before any
 * further paid call, the budget is refilled from the ledger and the holders renew their claims.
 * While Redis does not answer, paid work waits.
 */
import { Redis } from 'ioredis';
import { type Clock, systemClock } from '../clock.ts';
import { jitterMs } from '../retry.ts';
import type { RedisKnobs } from './config.ts';
import type { Coordination } from './coordination.ts';
import type { Ledger } from './ledger.ts';
import { openLocalCoordination } from './local.ts';
import { openSharedBudget } from './redis-budget.ts';
import { flyShared } from './redis-flight.ts';
import { openRefill } from './refill.ts';

export interface RedisOptions {
  readonly settings: RedisKnobs;
  readonly password: string | undefined;
  readonly dataset: string;
  /** Unique among all processes that ever worked on the data set. */
  readonly processId: string;
  readonly ledger: Ledger;
  readonly clock?: Clock;
  /** Called once when Redis becomes unavailable and once when it is back. */
  readonly onChange?: (available: boolean, why: string) => void;
}

const reconnects = { baseMs: 50, waitMsMax: 2_000 };

/** Resolves after the first attempt to connect, whether it succeeded or not. */
export async function openRedisCoordination(options: RedisOptions): Promise<Coordination> {
  const { settings, dataset, ledger, processId, clock = systemClock } = options;
  const redis = new Redis(settings.url, {
    password: options.password,
    lazyConnect: true,
    commandTimeout: settings.timeoutMs,
    connectTimeout: settings.timeoutMs,
    // Without a connection a command fails at once, and the caller decides how long to wait.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => jitterMs(reconnects, attempt),
  });
  let available: boolean | null = null;
  let closing = false;
  /** First error of the lost connection; later errors only say that there is no connection. */
  let cause = '';
  const refill = openRefill({ redis, dataset, settings, ledger, clock });
  const report = (now: boolean, why: string) => {
    cause = now ? '' : cause || why;
    if (available === now) return;
    // Claims may have expired while Redis was away, and their holders may not have reconnected yet.
    if (now && available === false) refill.distrust();
    available = now;
    options.onChange?.(now, why);
  };
  redis.on('error', (error: Error) => report(false, error.message));
  redis.on('close', () => {
    if (!closing) report(false, 'the connection is closed');
  });
  redis.on('ready', () => report(true, 'connected'));
  await redis.connect().catch((error: Error) => report(false, error.message));
  const key = (name: string) => `backstory:${dataset}:${name}`;
  const alone = openLocalCoordination(clock);
  const shared = { redis, settings, clock, refill };
  return {
    budget: openSharedBudget({ redis, key, processId, ledger, clock, refill }),
    singleFlight: (name, read, work, signal) =>
      // Single flight within this process first, so that one claim serves all its waiting callers.
      alone.singleFlight(
        name,
        read,
        () => flyShared({ ...shared, key: key(`flight:${name}`), read, work, signal }),
        signal,
      ),
    check: async () => {
      try {
        await redis.ping();
        return null;
      } catch (error) {
        const why = cause || (error as Error).message;
        return `Redis at ${settings.url} does not answer: ${why}; start it, or check redis.url and REDIS_PASSWORD`;
      }
    },
    close: async () => {
      closing = true;
      await ledger.flush();
      redis.disconnect();
    },
  };
}
