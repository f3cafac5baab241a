/**
 * Lets one process at a time work on an answer: it claims the answer's key in Redis and renews the
 * claim while it works. The next renewal restores a claim that Redis has lost. No process begins
 * to work without a claim, because the answer might then be paid for twice.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { again, done, repeat, type Tried } from '../retry.ts';
import type { RedisKnobs } from './config.ts';
import type { Refill } from './refill.ts';

export interface Flight<Result> {
  readonly redis: Redis;
  readonly key: string;
  readonly settings: RedisKnobs;
  readonly clock: Clock;
  readonly refill: Refill;
  readonly read: () => Promise<Result | null>;
  readonly work: () => Promise<Result>;
  readonly signal: AbortSignal;
}

/** KEYS: claim, marker. ARGV: token, milliseconds. */
const claimScript = `
if redis.call('EXISTS', KEYS[2]) == 0 then return 'unknown' end
if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 'claimed' end
return 'taken'`;
/** Releases a claim if the token is the holder's. KEYS: claim. ARGV: token. */
const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;
/** Renews a claim; sets it again if it is gone, because only its holder would release it. */
const renewScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 1 end
return 0`;

/** What the script returns when another process has the claim. */
const lost = 0;

/** Wait between two checks whether the claim's holder is done: with jitter, 200 ms on average. */
const polls = { baseMs: 400, waitMsMax: 400 };

export async function flyShared<Result>(flight: Flight<Result>): Promise<Result> {
  const { redis, key, settings, clock, refill, read, work, signal } = flight;
  const token = randomUUID();
  const claim = async () => {
    if (refill.untrustedMs() > 0) return 'taken';
    const answer = await redis.eval(claimScript, 2, key, refill.marker, token, settings.flightMs);
    if (answer === 'unknown') await refill.run(signal);
    return answer;
  };
  const claimOrRead = async (): Promise<Tried<Result | null, null>> => {
    signal.throwIfAborted();
    if ((await orNothing(claim)) === 'claimed') return done(null);
    const left = await read();
    return left === null ? again(null) : done(left);
  };
  const renew = () => orNothing(() => redis.eval(renewScript, 1, key, token, settings.flightMs));
  for (;;) {
    const claimed = await repeat({ clock, ...polls, signal }, claimOrRead);
    // The repetition has no limit, so only an abort ends it.
    if (claimed.kind === 'again') throw signal.reason;
    if (claimed.result !== null) return claimed.result;
    const renewal = setInterval(() => void renew(), settings.flightMs / 3);
    try {
      // The previous holder of the claim may have stored an answer since the last check.
      const left = await read();
      if (left !== null) return left;
      // A process that stood still for longer than its claim finds that somebody else works now.
      if ((await renew()) !== lost) return await work();
    } finally {
      clearInterval(renewal);
      await orNothing(() => redis.eval(releaseScript, 1, key, token));
    }
  }
}

/** Returns Redis's answer; null if the command fails, which `onChange` reports elsewhere. */
async function orNothing<Answer>(command: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await command();
  } catch {
    return null;
  }
}
