/** Runs steps in turns with the other work of the process; the result is that of `runAtOnce`. */
import { setImmediate } from 'node:timers/promises';
import type { Steps } from './steps.ts';

/** Work runs this long before other work gets a turn; much longer than a turn's overhead. */
const turnMs = 20;

export async function runInTurns<Result>(
  steps: Steps<Result>,
  signal: AbortSignal,
  afterTurn: () => void = () => {},
): Promise<Result> {
  let since = performance.now();
  let step = steps.next();
  while (step.done !== true) {
    if (performance.now() - since > turnMs) {
      afterTurn();
      await setImmediate();
      signal.throwIfAborted();
      since = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}
