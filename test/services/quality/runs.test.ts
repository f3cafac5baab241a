/** Runs of words as numbers, and their bounded tally. */
import { describe, expect, test } from 'vitest';
import { hashRuns } from '../../../services/quality/runs.ts';
import { createTally } from '../../../services/quality/tally.ts';

const words = Array.from({ length: 40 }, (_, at) => `word${at}`);

describe('runs', () => {
  test('a text has one run fewer than words for each further word of a run', () => {
    expect([...hashRuns(words, 13)]).toHaveLength(28);
    expect([...hashRuns(words.slice(0, 13), 13)]).toHaveLength(1);
    expect([...hashRuns(words.slice(0, 12), 13)]).toEqual([]);
    expect([...hashRuns([], 13)]).toEqual([]);
  });

  test('the number of a run does not depend on what stands before it', () => {
    const all = [...hashRuns(words, 3)];
    expect(new Set(all).size).toBe(38);
    expect([...hashRuns(words.slice(5), 3)]).toEqual(all.slice(5));
  });

  test('order and every word count', () => {
    const numbers = ['a b c', 'a c b', 'c b a', 'a b d', 'ab b c'].map((text) =>
      [...hashRuns(text.split(' '), 3)].at(0),
    );
    expect(new Set(numbers).size).toBe(5);
    for (const number of numbers) expect(Number.isSafeInteger(number)).toBe(true);
  });
});

describe('tally', () => {
  test('counts exactly what fits', () => {
    const tally = createTally(3);
    for (const hash of [7, 8, 7, 9, 7]) tally.add(hash);
    expect([tally.total, tally.distinct, tally.oneIn]).toEqual([5, 3, 1]);
    expect([tally.countOf(7), tally.countOf(1), tally.has(8), tally.has(1)]).toEqual([
      3,
      0,
      true,
      false,
    ]);
  });

  test('estimates what does not fit, and keeps full counts of what it keeps', () => {
    const tally = createTally(1_000);
    const runs = [
      ...hashRuns(
        Array.from({ length: 20_000 }, (_, at) => `w${at}`),
        1,
      ),
    ];
    for (const run of [...runs, ...runs, ...runs]) tally.add(run);
    expect([...tally.entries()].length).toBeLessThanOrEqual(1_000);
    expect(tally.oneIn).toBeGreaterThan(1);
    expect(new Set([...tally.entries()].map(([, count]) => count))).toEqual(new Set([3]));
    expect(tally.total / tally.distinct).toBe(3);
    expect(Math.abs(tally.distinct / 20_000 - 1)).toBeLessThan(0.15);
  });
});
