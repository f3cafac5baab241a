/** Long work as steps, so that something else may be done between them. Pure. */

/** Pauses where another could be given a turn; a step should take some milliseconds at most. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

export function runAtOnce<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
