/** Lines end at LF, CR LF or CR, counting and slicing agree, adjacent ranges rebuild the text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countLines, lineRange, withLineFeeds } from '../../schemas/lines.ts';

const counts: readonly (readonly [text: string, lines: number])[] = [
  ['', 0],
  ['\n', 1],
  ['a', 1],
  ['a\n', 1],
  ['a\nb', 2],
  ['a\r\nb\r\n', 2],
  ['a\rb\u2028c\fd', 2],
  ['a\rb\r', 2],
  ['a\r\rb\r\nc', 4],
  ['\n\n\n', 3],
];

test.each(counts)('%j has %i lines', (text, lines) => {
  expect(countLines(text)).toBe(lines);
});

const ranges: readonly (readonly [from: number, to: number, text: string])[] = [
  [0, 0, 'one\r\ntwo\n\nfour'],
  [1, 1, 'one\r\n'],
  [2, 3, 'two\n\n'],
  [4, 4, 'four'],
  [4, 9, 'four'],
  [5, 9, ''],
  [3, 2, ''],
];

test.each(ranges)('lines %i to %i', (from, to, text) => {
  expect(lineRange('one\r\ntwo\n\nfour', from, to)).toBe(text);
});

test('the ranges of any cut join to the whole text', () => {
  const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r', '\u2028', ' '), { maxLength: 60 });
  fc.assert(
    fc.property(text, fc.nat(10), (parts, cut) => {
      const whole = parts.join('');
      const lines = countLines(whole);
      const at = Math.min(cut, lines);
      expect(lineRange(whole, 1, at) + lineRange(whole, at + 1, Math.max(lines, 1))).toBe(whole);
      const plain = whole.replace(/\r\n?/g, '\n');
      expect(plain.split('\n').length - (plain === '' || plain.endsWith('\n') ? 1 : 0)).toBe(lines);
      expect(withLineFeeds(whole)).toHaveLength(whole.length);
    }),
  );
});
