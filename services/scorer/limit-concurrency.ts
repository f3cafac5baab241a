/** Bounds how many requests are open at once. */

/** Runs at most `requestsMax` jobs at once; waiting jobs start in the order of the calls. */
export function limitConcurrency(requestsMax: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Value>(job: () => Promise<Value>): Promise<Value> => {
    if (running >= requestsMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
