/** Coordination within one process: the embedded runtime, and a cluster without Redis. */
import { type Clock, systemClock } from '../clock.ts';
import { type Budget, type Coordination, heldWaitMs } from './coordination.ts';
import { burstMs, spacingMs } from './rate.ts';

export function openLocalCoordination(clock: Clock = systemClock): Coordination {
  const flights = new Map<string, Promise<unknown>>();
  return {
    budget: openLocalBudget(clock),
    singleFlight: async (key, read, work) => {
      for (let current = flights.get(key); current !== undefined; current = flights.get(key)) {
        // A failure is reported to the caller that ran the flight; a caller that waited then does
        // the work itself.
        await current.catch(() => {});
        const left = await read();
        if (left !== null) return left;
      }
      const flight = work();
      flights.set(key, flight);
      try {
        return await flight;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    },
    check: async () => null,
    close: async () => {},
  };
}

/** Opens a budget that no other process shares. */
export function openLocalBudget(
  clock: Clock,
  /** By earlier processes of the same run. */
  before: { readonly calls: number; readonly spent: number } = { calls: 0, spent: 0 },
): Budget {
  let { calls, spent } = before;
  /** Micro-dollars reserved for running calls. */
  let held = 0;
  let nextMs = 0;
  return {
    admit: async (limits, reserved, signal) => {
      signal.throwIfAborted();
      if (calls >= limits.callsMax) return { kind: 'over', limit: 'calls', used: calls };
      const left = limits.microDollarsMax - spent;
      if (left <= 0 || reserved > left) return { kind: 'over', limit: 'money', used: spent };
      if (reserved > left - held)
        return { kind: 'wait', for: 'money', ms: heldWaitMs, used: spent };
      if (limits.callsPerMinute !== null) {
        const now = clock.nowMs();
        const due = Math.max(nextMs, now);
        const wait = due - now - burstMs;
        if (wait > 0) return { kind: 'wait', for: 'rate', ms: Math.ceil(wait), used: spent };
        nextMs = due + spacingMs(limits.callsPerMinute);
      }
      calls += 1;
      held += reserved;
      return {
        kind: 'go',
        settle: (cost) => {
          held -= reserved;
          spent += cost;
        },
      };
    },
  };
}
