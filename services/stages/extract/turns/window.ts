/** Runs tasks at once up to a total weight. After the first failure no task starts. */

export interface Window {
  /** Resolves when the task has begun, once there is room; rejects after a failure. */
  start(weight: number, task: () => Promise<void>): Promise<void>;
  /** Resolves when every task has ended. */
  drain(): Promise<void>;
}

/** A task heavier than `weightMax` runs alone. */
export function openWindow(weightMax: number): Window {
  let held = 0;
  let failure: { readonly error: unknown } | null = null;
  let wake: () => void = () => {};
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const throwFailure = () => {
    if (failure !== null) throw failure.error;
  };
  const run = async (weight: number, task: () => Promise<void>) => {
    try {
      await task();
    } catch (error) {
      failure ??= { error };
    }
    held -= weight;
    wake();
  };
  return {
    async start(weight, task) {
      while (held > 0 && held + weight > weightMax && failure === null) await changed();
      throwFailure();
      held += weight;
      void run(weight, task);
    },
    async drain() {
      while (held > 0) await changed();
      throwFailure();
    },
  };
}
