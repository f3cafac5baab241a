/** The lines that surprise most, from the bits of tokens. */
import { expect, test } from 'vitest';
import { weakestLines } from '../../../../services/stages/search/weak-lines.ts';

const target = 'one\ntwo 🜁\r\nthree\rfour';
const tokens = [
  { end: 3, bits: 2 },
  { end: 4, bits: 1 },
  { end: 8, bits: 4 },
  // One that begins in a line and ends in the next counts there.
  { end: 14, bits: 3.4 },
  { end: 18, bits: 5 },
  { end: 22, bits: 0.2 },
];

test.each([
  [1, [{ line: 3, bits: 8 }]],
  [
    2,
    [
      { line: 2, bits: 4 },
      { line: 3, bits: 8 },
    ],
  ],
  [
    9,
    [
      { line: 1, bits: 3 },
      { line: 2, bits: 4 },
      { line: 3, bits: 8 },
    ],
  ],
  [0, []],
])('at most %i', (weakLinesMax, expected) => {
  expect(weakestLines(tokens, { weakLinesMax, target })).toEqual(expected);
});

test('a scorer that knows no tokens names no line', () => {
  expect(weakestLines([], { weakLinesMax: 5, target })).toEqual([]);
});
