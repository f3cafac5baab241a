/** Template prose shows as phrases that many thoughts share. */
import { expect, test } from 'vitest';
import { createPhrases } from '../../../services/quality/phrases.ts';

function phrasesOf(thoughts: readonly string[], capacity?: number) {
  const measure = createPhrases(capacity);
  for (const thought of thoughts) measure.addThought(thought);
  return measure.report();
}

const sharesOf = ({ distinct }: ReturnType<typeof phrasesOf>) =>
  distinct.map(({ words, share }) => [words, share]);

test('sentences that differ in their names alone are the same', () => {
  const report = phrasesOf([
    'First `a.b` needs `c` before anything else can work here.',
    'First `f(x, y)`, `g` needs `h` before anything else can work here.',
  ]);
  // Ten words with lists of names as one: seven phrases of four words and three of eight, twice.
  expect(sharesOf(report)).toEqual([
    [4, 7 / 14],
    [8, 3 / 6],
  ]);
  expect(report.common).toEqual([
    { phrase: '`…` needs `…` before anything else can work', thoughts: 2 },
  ]);
});

test('a phrase counts once in a thought, so a thought that repeats itself is no template', () => {
  const report = phrasesOf(['one two three four five. One two three four five.']);
  expect(sharesOf(report)).toEqual([
    [4, 1],
    [8, 1],
  ]);
  expect(report.common).toEqual([]);
});

test('the commonest phrase comes first, and its neighbours are not shown again', () => {
  const often = 'this file holds the one thing that all others need';
  const seldom = 'whoever calls it must be ready for an empty list';
  const { common } = phrasesOf([often, often, often, seldom, seldom, 'something else entirely']);
  expect(common.map(({ thoughts }) => thoughts)).toEqual([3, 2]);
  expect(often).toContain(common[0]?.phrase);
  expect(seldom).toContain(common[1]?.phrase);
});

test('beyond its capacity it says how much it counted', () => {
  const long = (from: number) =>
    Array.from({ length: 2_000 }, (_, at) => `w${from + at}`).join(' ');
  const { distinct } = phrasesOf([long(0), long(0), long(5_000), long(5_000)], 100);
  for (const { share, oneIn } of distinct) {
    expect(share).toBe(0.5);
    expect(oneIn).toBeGreaterThan(16);
  }
});

test('no thought shares nothing', () => {
  expect(phrasesOf([])).toMatchObject({ thoughts: 0, distinct: [{ share: 1 }, { share: 1 }] });
});
