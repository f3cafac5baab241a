/**
 * How many calls an endpoint gets at once: more while it answers at its usual pace, half as many
 * when it says that it is too busy, a little fewer when its answers come much more slowly (additive
 * increase, multiplicative decrease). Pure state; the caller tells what happened.
 */

export interface CallLimit {
  /** Calls that may be under way at once. */
  readonly size: () => number;
  /** A new call; what it learns counts only as long as the limit has not been cut since. */
  begin(): CallInLimit;
}

export interface CallInLimit {
  answered(ms: number, completionTokens: number): void;
  busy(): void;
}

/** Calls at once to begin with: most servers of one's own serve as many in a batch. */
const startSize = 8;
/** Answers are slow when a token takes this many times as long as at the best of times. */
const slowFactor = 4;
/** How much of the newest pace goes into the mean. */
const smoothing = 0.1;
/** The best pace is forgotten slowly: a server may have become slower for good. */
const forgetting = 1.002;

export function openCallLimit(sizeMax: number): CallLimit {
  let size = Math.min(startSize, sizeMax);
  /** Until the first sign of trouble each answer raises the limit by one. */
  let starting = true;
  let cuts = 0;
  let pace: number | null = null;
  let best = Number.POSITIVE_INFINITY;
  const cut = (factor: number) => {
    size = Math.max(1, size * factor);
    starting = false;
    cuts += 1;
  };
  return {
    size: () => Math.floor(size),
    begin: () => {
      const begunAt = cuts;
      return {
        answered: (ms, completionTokens) => {
          const newest = ms / Math.max(1, completionTokens);
          pace = pace === null ? newest : pace + smoothing * (newest - pace);
          best = Math.min(best * forgetting, pace);
          // An old call tells of a load that is over.
          if (begunAt !== cuts) return;
          if (pace > best * slowFactor) cut(0.9);
          else size = Math.min(sizeMax, size + (starting ? 1 : 1 / size));
        },
        busy: () => {
          if (begunAt === cuts) cut(0.5);
        },
      };
    },
  };
}
