/**
 * Coordination through Redis. Everything stored there may vanish at any moment. A flush is noticed
 * by a missing marker, and the budget is refilled from the ledger. While Redis does not answer,
 * paid calls wait and everything else continues without coordination.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type Clock, systemClock } from '../clock.ts';
import { again, done, jitterMs, repeat, retryFailures, type Tried } from '../retry.ts';
import type { RedisKnobs } from './config.ts';
import type { Admission, Budget, BudgetLimits, Coordination } from './coordination.ts';
import type { Ledger, Spent } from './ledger.ts';
import { openLocalCoordination } from './local.ts';
import { burstMs, spacingMs } from './rate.ts';

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

/**
 * KEYS marker, spent, arrival. ARGV process, its calls, its micro-dollars, calls at most,
 * micro-dollars at most, spacing in ms (0: no rate), burst in ms. Totals are sums of each process's
 * last report, so that repeating a report changes nothing.
 */
const admitScript = `
if redis.call('EXISTS', KEYS[1]) == 0 then return {'unknown', 0} end
redis.call('HSET', KEYS[2], ARGV[1] .. '/calls', ARGV[2], ARGV[1] .. '/money', ARGV[3])
local all = redis.call('HGETALL', KEYS[2])
local calls, money = 0, 0
for at = 1, #all, 2 do
  if string.sub(all[at], -6) == '/calls' then calls = calls + tonumber(all[at + 1])
  else money = money + tonumber(all[at + 1]) end
end
if calls >= tonumber(ARGV[4]) then return {'calls', calls} end
if money >= tonumber(ARGV[5]) then return {'money', money} end
local spacing = tonumber(ARGV[6])
if spacing > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local due = math.max(tonumber(redis.call('GET', KEYS[3]) or '0'), now)
  local wait = math.ceil(due - now - tonumber(ARGV[7]))
  if wait > 0 then return {'wait', wait} end
  redis.call('SET', KEYS[3], string.format('%.3f', due + spacing), 'PX', math.ceil(due - now + spacing) + 60000)
end
redis.call('HINCRBY', KEYS[2], ARGV[1] .. '/calls', 1)
return {'go', 0}`;

/** Only the holder of a lock may release it. */
const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;
const renewScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`;

const reconnects = { baseMs: 50, waitMsMax: 2_000 };
const retries = { baseMs: 250, waitMsMax: 2_000 };
/** Between two checks whether the claim's holder is done: 200 ms in the mean. */
const polls = { baseMs: 400, waitMsMax: 400 };

/** Resolves after the first attempt to connect, whether it succeeded or not. */
export async function openRedisCoordination(options: RedisOptions): Promise<Coordination> {
  const { settings, dataset, clock = systemClock } = options;
  const redis = new Redis(settings.url, {
    password: options.password,
    lazyConnect: true,
    commandTimeout: settings.timeoutMs,
    connectTimeout: settings.timeoutMs,
    // A command fails at once when there is no connection: the caller decides how long to wait.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => jitterMs(reconnects, attempt),
  });
  let available: boolean | null = null;
  /** First error of the lost connection; later errors only say that there is no connection. */
  let cause = '';
  const report = (now: boolean, why: string) => {
    cause = now ? '' : cause || why;
    if (available === now) return;
    available = now;
    options.onChange?.(now, why);
  };
  redis.on('error', (error: Error) => report(false, error.message));
  redis.on('ready', () => report(true, 'connected'));
  await redis.connect().catch((error: Error) => report(false, error.message));
  const key = (name: string) => `backstory:${dataset}:${name}`;
  const alone = openLocalCoordination(clock);
  return {
    budget: openSharedBudget(redis, key, options, clock),
    singleFlight: (name, read, work, signal) =>
      // Single flight within this process first, so that one claim serves all its waiting callers.
      alone.singleFlight(
        name,
        read,
        () => flyShared({ redis, key: key(`flight:${name}`), settings, clock, read, work, signal }),
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
      await options.ledger.flush();
      redis.disconnect();
    },
  };
}

function openSharedBudget(
  redis: Redis,
  key: (name: string) => string,
  { processId, ledger }: RedisOptions,
  clock: Clock,
): Budget {
  let own: Spent = { calls: 0, microDollars: 0 };
  const keys = [key('budget:known'), key('budget:spent'), key('budget:arrival')] as const;

  const fill = async () => {
    const entries = [...(await ledger.readAll())].filter(([id]) => id !== processId);
    const fields = entries.flatMap(([id, { calls, microDollars }]): [string, string][] => [
      [`${id}/calls`, String(calls)],
      [`${id}/money`, String(microDollars)],
    ]);
    // HSETNX, because a living process's own report is newer than its entry in the ledger.
    for (const [field, value] of fields) await redis.hsetnx(keys[1], field, value);
    await redis.set(keys[0], '1');
  };

  const ask = async (limits: BudgetLimits): Promise<Admission> => {
    const { callsMax, microDollarsMax, callsPerMinute } = limits;
    const spacing = callsPerMinute === null ? 0 : spacingMs(callsPerMinute);
    const [word, amount] = (await redis.eval(
      admitScript,
      keys.length,
      ...keys,
      processId,
      own.calls,
      own.microDollars,
      callsMax,
      microDollarsMax,
      spacing,
      burstMs,
    )) as [string, number];
    if (word === 'unknown') {
      await fill();
      return ask(limits);
    }
    if (word === 'wait') return { kind: 'wait', ms: amount };
    if (word !== 'go') return { kind: 'over', limit: word as 'calls' | 'money', used: amount };
    own = { ...own, calls: own.calls + 1 };
    ledger.note(own);
    return { kind: 'go' };
  };

  const askPatiently = async (limits: BudgetLimits, signal: AbortSignal): Promise<Admission> => {
    signal.throwIfAborted();
    // Whatever is wrong with Redis, `onChange` has reported it. Retry, so that no call goes
    // uncounted.
    const backoff = { clock, ...retries, signal };
    try {
      return await retryFailures(
        backoff,
        () => true,
        () => ask(limits),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };

  // One admission at a time: two concurrent scripts would both report the same number of calls.
  let last: Promise<unknown> = Promise.resolve();
  return {
    admit: (limits, signal) => {
      const admission = last.then(() => askPatiently(limits, signal));
      last = admission.catch(() => {});
      return admission;
    },
    spend: (microDollars) => {
      own = { ...own, microDollars: own.microDollars + microDollars };
      ledger.note(own);
    },
  };
}

interface Flight<Result> {
  readonly redis: Redis;
  readonly key: string;
  readonly settings: RedisKnobs;
  readonly clock: Clock;
  readonly read: () => Promise<Result | null>;
  readonly work: () => Promise<Result>;
  readonly signal: AbortSignal;
}

async function flyShared<Result>(flight: Flight<Result>): Promise<Result> {
  const { redis, key, settings, clock, read, work, signal } = flight;
  const token = randomUUID();
  const claimOrRead = async (): Promise<Tried<Result | null, null>> => {
    signal.throwIfAborted();
    const claim = await orAlone(() => redis.set(key, token, 'PX', settings.flightMs, 'NX'));
    // Redis is unreachable, or the claim is ours.
    if (claim === 'alone' || claim === 'OK') return done(null);
    const left = await read();
    return left === null ? again(null) : done(left);
  };
  const claimed = await repeat({ clock, ...polls, signal }, claimOrRead);
  // The repetition has no limit, so only an abort ends it.
  if (claimed.kind === 'again') throw signal.reason;
  if (claimed.result !== null) return claimed.result;
  // The previous holder of the claim may have stored an answer since we last looked.
  const left = await read();
  const renewal = setInterval(
    () => void orAlone(() => redis.eval(renewScript, 1, key, token, settings.flightMs)),
    settings.flightMs / 3,
  );
  try {
    return left ?? (await work());
  } finally {
    clearInterval(renewal);
    await orAlone(() => redis.eval(releaseScript, 1, key, token));
  }
}

async function orAlone<Answer>(command: () => Promise<Answer>): Promise<Answer | 'alone'> {
  try {
    return await command();
  } catch {
    return 'alone';
  }
}
