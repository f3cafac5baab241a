/** Runs steps in turns with whatever else the process has to do; what comes out is the same. */
import { setImmediate } from 'node:timers/promises';
import type { Steps } from './steps.ts';

/** Work goes on this long before others get a turn: little beside what a turn costs. */
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
