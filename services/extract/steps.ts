/**
 * Long work as steps: run at once, or in turns with whatever else the process has to do. What comes
 * out is the same.
 */
import { setImmediate } from 'node:timers/promises';

/** Pauses where another could be given a turn; a step should take some milliseconds at most. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Work goes on this long before others get a turn: little beside what a turn costs. */
const turnMs = 20;

export function runAtOnce<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

export async function runInTurns<Result>(
  steps: Steps<Result>,
  signal: AbortSignal,
): Promise<Result> {
  let since = performance.now();
  let step = steps.next();
  while (step.done !== true) {
    if (performance.now() - since > turnMs) {
      await setImmediate();
      signal.throwIfAborted();
      since = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}
