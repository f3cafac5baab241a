/** Retries: how long they wait, when they end, and with what result. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clock, manualClock } from '../../../services/runtime/clock.ts';
import {
  again,
  type Backoff,
  done,
  jitterMs,
  repeat,
  retryFailures,
} from '../../../services/runtime/retry.ts';

const pauses = { baseMs: 100, waitMsMax: 1000 };
/** Always the longest wait, so that waits can be predicted. */
const longest = () => 1;

/** A manual clock that notes every sleep. */
function notingClock(): Clock & { readonly slept: number[] } {
  const clock = manualClock();
  const slept: number[] = [];
  return {
    slept,
    nowMs: clock.nowMs,
    sleep: (ms, signal) => {
      slept.push(ms);
      return clock.sleep(ms, signal);
    },
  };
}

describe('repeat', () => {
  it('returns the result of the first attempt that is done, and counts attempts from 1', async () => {
    const clock = notingClock();
    const seen: number[] = [];
    const tried = await repeat({ clock, ...pauses, random: longest }, async (attempts) => {
      seen.push(attempts);
      return attempts < 6 ? again('not yet') : done('result');
    });
    expect(tried).toEqual(done('result'));
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    // Doubled up to the longest wait.
    expect(clock.slept).toEqual([100, 200, 400, 800, 1000]);
  });

  it('ends with the last failure after retriesMax retries', async () => {
    const clock = notingClock();
    let attempts = 0;
    const backoff = { clock, ...pauses, retriesMax: 3 };
    const tried = await repeat(backoff, async () => {
      attempts += 1;
      return again(`failure ${attempts}`);
    });
    expect(tried).toEqual(again('failure 4'));
    expect(clock.slept).toHaveLength(3);
  });

  it('does not wait when no retry or no patience is allowed', async () => {
    const clock = notingClock();
    const fail = async () => again('down');
    expect(await repeat({ clock, ...pauses, retriesMax: 0 }, fail)).toEqual(again('down'));
    expect(await repeat({ clock, ...pauses, patienceMs: 0 }, fail)).toEqual(again('down'));
    expect(clock.slept).toEqual([]);
  });

  it('begins no attempt after its patience, which the attempts themselves use up too', async () => {
    const clock = manualClock();
    const begun: number[] = [];
    const backoff = { clock, ...pauses, random: longest, patienceMs: 1000 };
    await repeat(backoff, async () => {
      begun.push(clock.nowMs());
      clock.advance(300);
      return again('down');
    });
    // 300 + 100, 300 + 200, and 1,200 ms are over after the third attempt.
    expect(begun).toEqual([0, 400, 900]);
  });

  it('waits at least as long as the server asks, up to the longest wait', async () => {
    const clock = notingClock();
    const backoff = { clock, ...pauses, random: () => 0.5, retriesMax: 2 };
    await repeat(backoff, async (attempts) => again('busy', attempts === 1 ? 700 : 86_400_000));
    expect(clock.slept).toEqual([700 + 50, 1000 + 100]);
  });

  it('ends with the last failure when the signal aborts during an attempt', async () => {
    const clock = notingClock();
    const stop = new AbortController();
    const tried = await repeat({ clock, ...pauses, signal: stop.signal }, async () => {
      stop.abort();
      return again('stopped');
    });
    expect(tried).toEqual(again('stopped'));
    expect(clock.slept).toEqual([]);
  });

  it('ends with the last failure when the signal aborts during a wait', async () => {
    const stop = new AbortController();
    const clock: Clock = {
      nowMs: () => 0,
      sleep: async () => {
        stop.abort();
        stop.signal.throwIfAborted();
      },
    };
    let attempts = 0;
    const tried = await repeat({ clock, ...pauses, signal: stop.signal }, async () => {
      attempts += 1;
      return again('down');
    });
    expect(tried).toEqual(again('down'));
    expect(attempts).toBe(1);
  });

  it('rethrows an error that an attempt throws', async () => {
    const clock = notingClock();
    const attempt = () => Promise.reject(new TypeError('our bug'));
    await expect(repeat({ clock, ...pauses }, attempt)).rejects.toThrow('our bug');
    expect(clock.slept).toEqual([]);
  });

  it('reports each wait before it begins, with the time since the start', async () => {
    const told: [unknown, number][] = [];
    const onWait: Backoff['onWait'] = (failure, waitedMs) => void told.push([failure, waitedMs]);
    const backoff = { clock: manualClock(), ...pauses, random: longest, retriesMax: 2, onWait };
    await repeat(backoff, async (attempts) => again(attempts));
    expect(told).toEqual([
      [1, 0],
      [2, 100],
    ]);
  });
});

describe('retryFailures', () => {
  it('returns the result, or throws the last failure', async () => {
    let calls = 0;
    const task = async () => {
      calls += 1;
      if (calls < 3) throw new Error(`failure ${calls}`);
      return calls;
    };
    const backoff = { clock: manualClock(), ...pauses, retriesMax: 1 };
    await expect(retryFailures(backoff, () => true, task)).rejects.toThrow('failure 2');
    expect(await retryFailures(backoff, () => true, task)).toBe(3);
  });

  it('does not retry a failure that cannot pass', async () => {
    let calls = 0;
    const task = async () => {
      calls += 1;
      throw new Error('refused');
    };
    const backoff = { clock: manualClock(), ...pauses };
    await expect(retryFailures(backoff, () => false, task)).rejects.toThrow('refused');
    expect(calls).toBe(1);
  });
});

describe('waits', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const waitMs = fc.nat(86_400_000);
  const asked = fc.oneof(waitMs, fc.constant(Number.MAX_VALUE));

  it('I10: lie between nothing and a ceiling that doubles up to the longest wait', () => {
    fc.assert(
      fc.property(share, waitMs, waitMs, fc.integer({ min: 1, max: 5000 }), (...drawn) => {
        const [chance, baseMs, waitMsMax, failures] = drawn;
        const ms = jitterMs({ random: () => chance, baseMs, waitMsMax }, failures);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(waitMsMax);
        expect(ms).toBeLessThanOrEqual(baseMs * 2 ** Math.min(failures - 1, 1000));
      }),
    );
  });

  it('I10: are at most as many as allowed, never shorter than asked, and begin within the patience', async () => {
    const limits = fc.record({ retriesMax: fc.nat(20), patienceMs: waitMs });
    await fc.assert(
      fc.asyncProperty(share, waitMs, waitMs, asked, limits, async (...drawn) => {
        const [chance, baseMs, waitMsMax, afterMs, { retriesMax, patienceMs }] = drawn;
        const clock = notingClock();
        const begun: number[] = [];
        const random = () => chance;
        const backoff = { clock, random, baseMs, waitMsMax, retriesMax, patienceMs };
        await repeat(backoff, async () => {
          begun.push(clock.nowMs());
          return again('down', afterMs);
        });
        expect(clock.slept.length).toBeLessThanOrEqual(retriesMax);
        for (const ms of clock.slept) {
          expect(ms).toBeGreaterThanOrEqual(Math.min(afterMs, waitMsMax));
          expect(ms).toBeLessThanOrEqual(2 * waitMsMax);
        }
        for (const ms of begun.slice(0, -1)) expect(ms).toBeLessThan(patienceMs);
      }),
    );
  });

  it('are random by default', () => {
    const drawn = Array.from({ length: 50 }, () => jitterMs(pauses, 4));
    expect(new Set(drawn).size).toBeGreaterThan(1);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(800);
  });
});
