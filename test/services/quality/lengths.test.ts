/** Means and ends are exact, quantiles are within 1 %. */
import { expect, test } from 'vitest';
import { createLengths } from '../../../services/quality/lengths.ts';

function lengthsOf(lengths: readonly number[]) {
  const measure = createLengths();
  for (const length of lengths) measure.add(length);
  return measure.report();
}

test('lengths up to 100 have exact quantiles', () => {
  const lengths = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(lengthsOf(lengths)).toEqual({
    count: 100,
    sum: 5_050,
    mean: 50.5,
    min: 1,
    p50: 50,
    p90: 90,
    p99: 99,
    max: 100,
  });
});

test('longer ones are within 1 %, and never outside of what was seen', () => {
  const { p50, p90, p99, max } = lengthsOf(Array.from({ length: 9_001 }, (_, at) => 1_000 + at));
  for (const [found, right] of [
    [p50, 5_500],
    [p90, 9_100],
    [p99, 9_910],
  ] as const) {
    expect(Math.abs(found / right - 1)).toBeLessThan(0.011);
  }
  expect(max).toBe(10_000);
  expect(lengthsOf([777])).toMatchObject({ min: 777, p50: 777, p99: 777, max: 777 });
});

test('without lengths everything is 0', () => {
  expect(Object.values(lengthsOf([]))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});
