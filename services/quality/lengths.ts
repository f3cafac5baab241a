/**
 * How long things are: their number, sum, shortest and longest exactly, and quantiles from buckets
 * whose bounds lie 2 % apart, so that memory does not grow with their number. Pure.
 */

export interface Lengths {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly min: number;
  /** Half of all lengths are at most this long; within 1 % above 100. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface LengthMeasure {
  add(length: number): void;
  report(): Lengths;
}

/** Lengths up to here have a bucket each. */
const exactMax = 100;
const growth = 1.02;

export function createLengths(): LengthMeasure {
  const buckets = new Map<number, number>();
  let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, 0];
  /** The least bucket that, with those before it, holds this share of all lengths. */
  const quantile = (sorted: readonly (readonly [number, number])[], share: number) => {
    let left = Math.ceil(count * share);
    for (const [bucket, held] of sorted) {
      left -= held;
      if (left <= 0) return Math.min(max, Math.max(min, middleOf(bucket)));
    }
    return 0;
  };
  return {
    add: (length) => {
      const bucket = bucketOf(length);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      count += 1;
      sum += length;
      min = Math.min(min, length);
      max = Math.max(max, length);
    },
    report: () => {
      const sorted = [...buckets].sort(([a], [b]) => a - b);
      return {
        count,
        sum,
        mean: count === 0 ? 0 : sum / count,
        min: count === 0 ? 0 : min,
        p50: quantile(sorted, 0.5),
        p90: quantile(sorted, 0.9),
        p99: quantile(sorted, 0.99),
        max,
      };
    },
  };
}

function bucketOf(length: number): number {
  if (length <= exactMax) return length;
  return exactMax + 1 + Math.floor(Math.log(length / exactMax) / Math.log(growth));
}

function middleOf(bucket: number): number {
  if (bucket <= exactMax) return bucket;
  return Math.round(exactMax * growth ** (bucket - exactMax - 0.5));
}
