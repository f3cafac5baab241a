/**
 * Bounds work whose size the files of a repository decide, such as build files that include each
 * other twice or variables that double. It counts work and never time, so the result is the same on
 * every machine. Who runs out must say what was not read.
 */

export interface Budget {
  /** Takes an amount; false, from then on for good, when less than that is left. */
  take(amount: number): boolean;
  readonly isSpent: boolean;
}

export function openBudget(total: number): Budget {
  let left = total;
  return {
    take(amount) {
      left = amount > left ? -1 : left - amount;
      return left >= 0;
    },
    get isSpent() {
      return left < 0;
    },
  };
}
