/**
 * Counts how often each number occurs, in bounded memory. Once there are more different numbers
 * than fit, it goes on with one in two, then one in four: chosen by the number itself, so that what
 * is kept is counted fully. Pure.
 */

export interface Tally {
  add(hash: number): void;
  /** Whether the number was counted and is among those kept. */
  has(hash: number): boolean;
  countOf(hash: number): number;
  /** Different numbers; an estimate once numbers are left out. */
  readonly distinct: number;
  /** Occurrences of all numbers; an estimate likewise. */
  readonly total: number;
  /** One number in so many is kept; 1 means that every count is exact. */
  readonly oneIn: number;
  /** Numbers that are kept, with their counts. */
  entries(): Iterable<readonly [hash: number, count: number]>;
}

export function createTally(capacity: number): Tally {
  const counts = new Map<number, number>();
  let oneIn = 1;
  let kept = 0;
  const isKept = (hash: number) => (hash & (oneIn - 1)) === 0;
  const thin = () => {
    oneIn *= 2;
    for (const [hash, count] of counts) {
      if (isKept(hash)) continue;
      counts.delete(hash);
      kept -= count;
    }
  };
  return {
    add: (hash) => {
      if (!isKept(hash)) return;
      counts.set(hash, (counts.get(hash) ?? 0) + 1);
      kept += 1;
      while (counts.size > capacity) thin();
    },
    has: (hash) => counts.has(hash),
    countOf: (hash) => counts.get(hash) ?? 0,
    get distinct() {
      return counts.size * oneIn;
    },
    get total() {
      return kept * oneIn;
    },
    get oneIn() {
      return oneIn;
    },
    entries: () => counts.entries(),
  };
}
