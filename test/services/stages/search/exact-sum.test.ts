/** Sums of a summary: what a log of any order and size must give alike. */
import { describe, expect, it } from 'vitest';
import { openExactSum } from '../../../../services/stages/search/exact-sum.ts';

function sumOf(terms: readonly number[]): number {
  const sum = openExactSum();
  for (const term of terms) sum.add(term);
  return sum.value();
}

/** Numbers of many sizes, from a small generator of our own so that a failure can be repeated. */
function numbers(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return (state / 2147483647 - 0.4) * 2 ** (state % 60);
  });
}

describe('an exact sum', () => {
  it('keeps what rounding loses', () => {
    expect(sumOf([1, 2 ** 100, 1, -(2 ** 100)])).toBe(2);
    expect(sumOf(Array.from({ length: 10 }, () => 0.1))).toBe(1);
    expect(sumOf([])).toBe(0);
  });

  it('lies nearest to the true sum, also between two numbers', () => {
    expect(sumOf([2 ** 53, 1, 2 ** -60])).toBe(2 ** 53 + 2);
    expect(sumOf([2 ** 53, 1, -(2 ** -60)])).toBe(2 ** 53);
  });

  it('does not depend on the order', () => {
    const terms = numbers(2000);
    const sum = sumOf(terms);
    expect(sumOf([...terms].reverse())).toBe(sum);
    expect(sumOf([...terms].sort((a, b) => a - b))).toBe(sum);
    expect(sumOf([...terms].sort((a, b) => Math.abs(b) - Math.abs(a)))).toBe(sum);
  });
});
