/**
 * One budget for all processes of a data set, counted in Redis. Each process reports its own totals
 * with every request, so that a repeated request changes nothing. A call is in the ledger before it
 * is made, so that a flush of Redis loses no count and doubles none.
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { retryFailures } from '../retry.ts';
import { type Admission, type Budget, type BudgetLimits, heldWaitMs } from './coordination.ts';
import type { Ledger } from './ledger.ts';
import { burstMs, spacingMs } from './rate.ts';
import type { Refill } from './refill.ts';

/**
 * KEYS: marker, spent, arrival. ARGV: process id, its calls, its micro-dollars spent, its
 * micro-dollars reserved, maximum calls, maximum micro-dollars, spacing in ms (0: no rate limit),
 * burst in ms, micro-dollars that this call may cost. Totals sum each process's last report.
 */
const admitScript = `
if redis.call('EXISTS', KEYS[1]) == 0 then return {'unknown', 0, '0'} end
local own = ARGV[1]
redis.call('HSET', KEYS[2], own .. '/calls', ARGV[2], own .. '/money', ARGV[3], own .. '/held', ARGV[4])
local all = redis.call('HGETALL', KEYS[2])
local calls, money, held = 0, 0, 0
for at = 1, #all, 2 do
  local value = tonumber(all[at + 1])
  if string.sub(all[at], -6) == '/calls' then calls = calls + value
  elseif string.sub(all[at], -5) == '/held' then held = held + value
  else money = money + value end
end
local spent = string.format('%.0f', money)
if calls >= tonumber(ARGV[5]) then return {'calls', 0, tostring(calls)} end
local left = tonumber(ARGV[6]) - money
local cost = tonumber(ARGV[9])
if left <= 0 or cost > left then return {'money', 0, spent} end
if cost > left - held then return {'held', 0, spent} end
local spacing = tonumber(ARGV[7])
if spacing > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local due = math.max(tonumber(redis.call('GET', KEYS[3]) or '0'), now)
  local wait = math.ceil(due - now - tonumber(ARGV[8]))
  if wait > 0 then return {'rate', wait, spent} end
  redis.call('SET', KEYS[3], string.format('%.3f', due + spacing), 'PX', math.ceil(due - now + spacing) + 60000)
end
redis.call('HINCRBY', KEYS[2], own .. '/calls', 1)
redis.call('HINCRBYFLOAT', KEYS[2], own .. '/held', cost)
return {'go', 0, spent}`;

interface Options {
  readonly redis: Redis;
  readonly key: (name: string) => string;
  readonly processId: string;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly refill: Refill;
}

const retries = { baseMs: 250, waitMsMax: 2_000 };

export function openSharedBudget(options: Options): Budget {
  const { redis, key, processId, ledger, clock, refill } = options;
  const own = { calls: 0, spent: 0, held: 0 };
  const keys = [refill.marker, refill.spent, key('budget:arrival')] as const;
  const note = () => ledger.note({ calls: own.calls, microDollars: own.spent + own.held });

  const ask = async (
    limits: BudgetLimits,
    reserved: number,
    signal: AbortSignal,
  ): Promise<Admission> => {
    const { callsMax, microDollarsMax, callsPerMinute } = limits;
    const spacing = callsPerMinute === null ? 0 : spacingMs(callsPerMinute);
    const report = [processId, own.calls, own.spent, own.held];
    const wanted = [callsMax, microDollarsMax, spacing, burstMs, reserved];
    const answer = await redis.eval(admitScript, keys.length, ...keys, ...report, ...wanted);
    const [word, ms, amount] = answer as [string, number, string];
    const used = Number(amount);
    if (word === 'unknown') {
      await refill.run(signal);
      return ask(limits, reserved, signal);
    }
    if (word === 'rate') return { kind: 'wait', for: 'rate', ms, used };
    if (word === 'held') return { kind: 'wait', for: 'money', ms: heldWaitMs, used };
    if (word !== 'go') return { kind: 'over', limit: word as 'calls' | 'money', used };
    own.calls += 1;
    own.held += reserved;
    note();
    const settle = (cost: number) => {
      own.held -= reserved;
      own.spent += cost;
      note();
    };
    return { kind: 'go', settle };
  };

  const askPatiently = async (limits: BudgetLimits, reserved: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    // `onChange` has already reported that Redis is unavailable. Retry, so that no call goes
    // uncounted.
    const backoff = { clock, ...retries, signal };
    const mayPass = () => !signal.aborted;
    try {
      return await retryFailures(backoff, mayPass, () => ask(limits, reserved, signal));
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };

  // One admission at a time: two concurrent scripts would both report the same number of calls.
  let last: Promise<unknown> = Promise.resolve();
  return {
    admit: async (limits, reserved, signal) => {
      const admission = last.then(() => askPatiently(limits, reserved, signal));
      last = admission.catch(() => {});
      const admitted = await admission;
      if (admitted.kind === 'go') await ledger.flush();
      return admitted;
    },
  };
}
