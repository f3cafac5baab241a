/**
 * Retries, in one place for all callers: full jitter, limits by tries or by time, an abort signal,
 * a server's requested wait. Randomness affects only how long a call waits, never a result (I6).
 */
import { type Clock, sleepUnlessAborted } from './clock.ts';

export interface Backoff {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Ceiling of the first wait; it doubles with every failure. */
  readonly baseMs: number;
  readonly waitMsMax: number;
  /** Longest wait that a server may ask for; without one it is `waitMsMax`. */
  readonly askedMsMax?: number;
  /** Tries after the first one. Without `retriesMax` and `patienceMs` there is no limit. */
  readonly retriesMax?: number;
  /** Time since the start of the first try after which a failure is final. */
  readonly patienceMs?: number;
  /** Aborting ends the wait and the repetition at once. */
  readonly signal?: AbortSignal;
  /** Called before each wait. */
  readonly onWait?: (failure: unknown, waitedMs: number) => void;
  /** Called when an attempt is done after others failed: whatever was gone is back. */
  readonly onBack?: (waitedMs: number) => void;
}

/** The result of one attempt: done, or a failure that may pass. */
export type Tried<Result, Failure> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'again'; readonly failure: Failure; readonly afterMs: number };

export function done<Result>(result: Result): Tried<Result, never> {
  return { kind: 'done', result };
}

/** `afterMs` is the wait that a server asked for: no try comes sooner, up to the longest wait. */
export function again<Failure>(failure: Failure, afterMs = 0): Tried<never, Failure> {
  return { kind: 'again', failure, afterMs };
}

/** Attempts until one is done or a limit is reached; returns the result of the last attempt. */
export async function repeat<Result, Failure>(
  backoff: Backoff,
  attempt: (attempts: number) => Promise<Tried<Result, Failure>>,
): Promise<Tried<Result, Failure>> {
  const { clock, signal, onWait, onBack } = backoff;
  const { retriesMax = Number.POSITIVE_INFINITY, patienceMs = Number.POSITIVE_INFINITY } = backoff;
  const startMs = clock.nowMs();
  for (let attempts = 1; ; attempts += 1) {
    const tried = await attempt(attempts);
    if (tried.kind === 'done' && attempts > 1) onBack?.(clock.nowMs() - startMs);
    if (tried.kind === 'done' || attempts > retriesMax || signal?.aborted) return tried;
    const waitedMs = clock.nowMs() - startMs;
    if (waitedMs >= patienceMs) return tried;
    onWait?.(tried.failure, waitedMs);
    const askedMs = Math.min(tried.afterMs, backoff.askedMsMax ?? backoff.waitMsMax);
    await sleepUnlessAborted(clock, askedMs + jitterMs(backoff, attempts), signal);
    if (signal?.aborted) return tried;
  }
}

/** The same for a task that throws: returns its result, or throws its last failure. */
export async function retryFailures<Result>(
  backoff: Backoff,
  mayPass: (error: unknown) => boolean,
  task: () => Promise<Result>,
): Promise<Result> {
  const last = await repeat(backoff, async () => {
    try {
      return done(await task());
    } catch (error) {
      if (mayPass(error)) return again(error);
      throw error;
    }
  });
  if (last.kind === 'done') return last.result;
  throw last.failure;
}

/** With this many doublings every ceiling is far above the longest wait. */
const doublingsMax = 30;

/**
 * Full jitter: a uniform wait up to a doubling ceiling, so that callers do not all retry at once.
 */
export function jitterMs(
  { random = Math.random, baseMs, waitMsMax }: Pick<Backoff, 'random' | 'baseMs' | 'waitMsMax'>,
  failures: number,
): number {
  const doublings = Math.min(failures - 1, doublingsMax);
  return random() * Math.min(waitMsMax, baseMs * 2 ** doublings);
}
