/** Shingles, and what their minima tell of the similarity of two sets. */
import { describe, expect, test } from 'vitest';
import { mix } from '../../../../../services/runtime/hashes/mix.ts';
import {
  joinMinima,
  minimaOf,
  signatureOf,
  similarityOf,
} from '../../../../../services/stages/discover/near-duplicates/minima.ts';
import { shinglesOf } from '../../../../../services/stages/discover/near-duplicates/shingles.ts';
import { range } from './words.ts';

const bytesOf = (text: string) => Buffer.from(text);

describe('shinglesOf', () => {
  test('sees words only: neither case nor spaces nor punctuation', () => {
    const first = shinglesOf(bytesOf('const total = add(one, two);\nreturn total'));
    expect(first).toHaveLength(3);
    expect(shinglesOf(bytesOf('CONST total: add one {two}\r\n\r\n  return(total)'))).toEqual(first);
    expect(shinglesOf(bytesOf('const total = add(one, three);\nreturn total'))).not.toEqual(first);
  });

  test('reads words of any script, and none in a text of four', () => {
    expect(shinglesOf(bytesOf('eins zwei drei vier fünf'))).toHaveLength(1);
    expect(shinglesOf(bytesOf('一 二 三 四 五 六'))).toHaveLength(2);
    expect(shinglesOf(bytesOf('one two three four'))).toHaveLength(0);
    expect(shinglesOf(Buffer.alloc(0))).toHaveLength(0);
  });
});

const setOf = (start: number, end: number) => Uint32Array.from(range(start, end), mix);

function estimate(a: Uint32Array, b: Uint32Array): number {
  const [first, second] = [signatureOf(minimaOf(a)), signatureOf(minimaOf(b))];
  return similarityOf(first.filter((byte, at) => byte === second[at]).length);
}

describe('minimaOf', () => {
  test.each([
    [1, 1],
    [20, 0.8],
    [300, 0.5],
    [300, 0.7],
    [40_000, 0.9],
    [40_000, 0],
  ])('sets of %i elements are estimated to be %d alike', (size, similarity) => {
    // Two sets of this size that share so much: J = shared / (2 size - shared).
    const shared = Math.round((2 * size * similarity) / (1 + similarity));
    let sum = 0;
    const times = 8;
    for (let time = 0; time < times; time++) {
      const from = time * 1_000_000;
      const [a, b] = [
        setOf(from, from + size),
        setOf(from + size - shared, from + 2 * size - shared),
      ];
      const exact = shared / (2 * size - shared);
      const estimated = estimate(a, b);
      // Four standard errors of 250 independent minima.
      const error = 4 * Math.sqrt((exact * (1 - exact) + 0.004) / 250);
      expect(Math.abs(estimated - exact)).toBeLessThanOrEqual(error);
      sum += estimated - exact;
    }
    expect(Math.abs(sum / times)).toBeLessThan(0.04);
  });

  test('depends on the set alone: neither on order nor on repetition', () => {
    const set = setOf(0, 100);
    expect(minimaOf(Uint32Array.from([...set].reverse().flatMap((at) => [at, at])))).toEqual(
      minimaOf(set),
    );
  });

  test('joined minima are those of both sets together', () => {
    const minima = minimaOf(setOf(0, 40));
    joinMinima(minima, minimaOf(setOf(20, 3_000)));
    expect(minima).toEqual(minimaOf(setOf(0, 3_000)));
  });
});
