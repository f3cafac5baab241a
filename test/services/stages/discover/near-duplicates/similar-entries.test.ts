/** The index: what it finds, and that it depends on the entries and their order alone (I6, I10). */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { mix } from '../../../../../services/runtime/hashes/mix.ts';
import {
  minimaOf,
  signatureOf,
} from '../../../../../services/stages/discover/near-duplicates/minima.ts';
import {
  matchesMax,
  NearIndex,
  rowsFor,
} from '../../../../../services/stages/discover/near-duplicates/similar-entries.ts';
import { range } from './words.ts';

const size = 200;
const keyOf = (owner: number) => Buffer.alloc(32, owner % 251);
const signatureFrom = (start: number) =>
  signatureOf(minimaOf(Uint32Array.from(range(start, start + size), mix)));

/** Families of sets; the members of one share 95 % with the next. */
function filled(families: number, members: number, entriesMax = 1_000_000): NearIndex {
  const index = new NearIndex(0.7, entriesMax);
  let owner = 0;
  for (let family = 0; family < families; family++) {
    for (let member = 0; member < members; member++) {
      const signature = signatureFrom(family * 10_000 + member * 5);
      index.add({ key: keyOf(owner), signature }, owner);
      owner += 1;
    }
  }
  return index;
}

describe('NearIndex', () => {
  test('finds the similar entries, the earliest first, and no others', () => {
    const index = filled(200, 3);
    for (const family of [0, 123, 199]) {
      const matches = index.similar(signatureFrom(family * 10_000 + 2));
      expect(matches.map(({ owner }) => owner)).toEqual([0, 1, 2].map((at) => family * 3 + at));
      expect(matches[0]?.key).toEqual(new Uint8Array(keyOf(family * 3)));
      expect(matches.every(({ similarity }) => similarity >= 0.7)).toBe(true);
    }
    expect(index.similar(signatureFrom(90_000_000))).toEqual([]);
  });

  test('names no more than the first few of many', () => {
    const index = filled(1, 12);
    expect(index.similar(signatureFrom(20)).map(({ owner }) => owner)).toEqual(
      [...range(0, 12)].slice(0, matchesMax),
    );
  });

  test('stays bounded where one text comes a thousand times, and still finds it', () => {
    const index = new NearIndex(0.7, 1_000_000);
    const signature = signatureFrom(0);
    for (const owner of range(0, 1_000)) {
      index.add({ key: keyOf(owner), signature }, owner);
    }
    const table = index.bytes;
    expect(index.similar(signatureFrom(1)).map(({ owner }) => owner)).toEqual([0, 1, 2, 3]);
    expect(table).toBeLessThan(2 * 1024 * 1024);
  });

  test('takes no more entries than its limit, and compares with those', () => {
    const index = filled(20, 1, 10);
    expect(index.size).toBe(10);
    expect(index.isFull).toBe(true);
    expect(index.similar(signatureFrom(9 * 10_000))).toHaveLength(1);
    expect(index.similar(signatureFrom(10 * 10_000))).toEqual([]);
  });

  test('a million entries take less than 640 MB', () => {
    const index = new NearIndex(0.7, 1_000_000);
    for (const owner of range(0, 8_192)) {
      const digest = createHash('shake256', { outputLength: 250 }).update(`${owner}`).digest();
      index.add({ key: keyOf(owner), signature: digest }, owner);
    }
    expect(index.bytes / index.size).toBeLessThan(640);
  });
});

describe('rowsFor', () => {
  test.each([0.5, 0.7, 0.8, 0.9, 0.99])('finds most of what is just similar enough: %d', (min) => {
    const rows = rowsFor(min);
    expect(1 - (1 - min ** rows) ** Math.floor(250 / rows)).toBeGreaterThanOrEqual(0.8);
    expect(rowsFor(0.7)).toBe(8);
  });
});
