/** Long work as a sequence of steps, so that other work can run between them. Pure. */

/** Yields where other work may run; a step should take a few milliseconds at most. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

export function runAtOnce<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
