/** Bounds how many requests are open at once, and tells how many are. */
import type { EndpointLoad } from '../ports/load.ts';

export interface ConcurrencyLimit {
  <Value>(job: () => Promise<Value>): Promise<Value>;
  load(name: string): EndpointLoad;
}

/** Runs at most `requestsMax` jobs at once; waiting jobs start in the order of the calls. */
export function limitConcurrency(requestsMax: number): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let running = 0;
  const run = async <Value>(job: () => Promise<Value>): Promise<Value> => {
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
  const load = (name: string) => ({
    name,
    underWay: running,
    atOnceMax: requestsMax,
    resting: false,
  });
  return Object.assign(run, { load });
}
