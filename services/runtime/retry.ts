/**
 * Trying again, once for everybody who does it: full jitter, limits by tries or by patience, an end
 * by signal, a server's own wish. Chance decides how long is waited and never a result (I6).
 */
import { type Clock, sleepUnlessAborted } from './clock.ts';

export interface Backoff {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** The longest first wait; it doubles with every failure. */
  readonly baseMs: number;
  readonly waitMsMax: number;
  /** Tries after the first one. Where neither this nor patience is given, there is no limit. */
  readonly retriesMax?: number;
  /** Since the start of the first try; a failure that comes later is final. */
  readonly patienceMs?: number;
  /** Ends the waiting at once, as a limit does. */
  readonly signal?: AbortSignal;
  /** Told before each wait. */
  readonly onWait?: (failure: unknown, waitedMs: number) => void;
}

/** What one attempt came to: a result, or a failure that may pass. */
export type Tried<Result, Failure> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'again'; readonly failure: Failure; readonly afterMs: number };

export function done<Result>(result: Result): Tried<Result, never> {
  return { kind: 'done', result };
}

/** `afterMs` is what a server asked for: no try comes sooner, up to the longest wait. */
export function again<Failure>(failure: Failure, afterMs = 0): Tried<never, Failure> {
  return { kind: 'again', failure, afterMs };
}

/** Attempts until it is done or a limit is reached; gives what the last attempt came to. */
export async function repeat<Result, Failure>(
  backoff: Backoff,
  attempt: (attempts: number) => Promise<Tried<Result, Failure>>,
): Promise<Tried<Result, Failure>> {
  const { clock, signal, onWait } = backoff;
  const { retriesMax = Number.POSITIVE_INFINITY, patienceMs = Number.POSITIVE_INFINITY } = backoff;
  const startMs = clock.nowMs();
  for (let attempts = 1; ; attempts += 1) {
    const tried = await attempt(attempts);
    if (tried.kind === 'done' || attempts > retriesMax || signal?.aborted) return tried;
    const waitedMs = clock.nowMs() - startMs;
    if (waitedMs >= patienceMs) return tried;
    onWait?.(tried.failure, waitedMs);
    const askedMs = Math.min(tried.afterMs, backoff.waitMsMax);
    await sleepUnlessAborted(clock, askedMs + jitterMs(backoff, attempts), signal);
    if (signal?.aborted) return tried;
  }
}

/** The same for a task that throws: gives its result, or throws the failure it ended with. */
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

/** Above this many doublings every ceiling is far beyond the longest wait. */
const doublingsMax = 30;

/** Full jitter: anything up to a ceiling that doubles, so that not all who wait come at once. */
export function jitterMs(
  { random = Math.random, baseMs, waitMsMax }: Pick<Backoff, 'random' | 'baseMs' | 'waitMsMax'>,
  failures: number,
): number {
  const doublings = Math.min(failures - 1, doublingsMax);
  return random() * Math.min(waitMsMax, baseMs * 2 ** doublings);
}
