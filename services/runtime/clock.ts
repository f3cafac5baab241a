/** Time as a dependency: the only place that reads the clock, so that tests can move it. */

export interface Clock {
  /**
   * Milliseconds since some fixed moment; never runs backwards, so that differences are durations.
   */
  nowMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/** The time of day, to compare with that of a server; no result may depend on it. */
export function timeOfDayMs(): number {
  return Date.now();
}

/** Two clocks further apart than this: a broker's own limit for the time of a record. */
export const skewMsMax = 3_600_000;

/** What a person needs who is to set the clock; `theirMs` is null if the server does not tell. */
export function describeSkew(server: string, theirMs: number | null): string {
  const own = new Date(timeOfDayMs()).toISOString();
  const theirs = theirMs === null ? '' : `, that of ${server} ${new Date(theirMs).toISOString()}`;
  return `the clock of this machine shows ${own}${theirs}; set the one that is wrong, best by NTP, and start again`;
}

/**
 * Sleeps, or returns early without an error when the signal aborts; the caller checks the signal.
 */
export async function sleepUnlessAborted(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** A clock for tests: sleeping advances it at once. */
export function manualClock(startMs = 0): Clock & { advance(ms: number): void } {
  let now = startMs;
  return {
    nowMs: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
    },
  };
}
