/** Numbers, tables and text in the form that people read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStyle } from '../../../../services/cli/style.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  formatTable,
  plural,
  truncate,
  wrapProse,
} from '../../../../services/cli/views/format.ts';
import { printable } from '../../../../services/dataset/printable.ts';

test.each([
  [formatCount(0), '0'],
  [formatCount(999), '999'],
  [formatCount(1_234_567), '1,234,567'],
  [plural(1, 'dependency', 'dependencies'), '1 dependency'],
  [plural(2, 'dependency', 'dependencies'), '2 dependencies'],
  [formatBytes(999), '999 B'],
  [formatBytes(1_500), '1.5 kB'],
  [formatBytes(5_500_000), '5.5 MB'],
  [formatShare(0.4731), '47.3 %'],
  [formatDuration(850), '850 ms'],
  [formatDuration(59_940), '59.9 s'],
  [formatDuration(59_999), '1 min 00 s'],
  [formatDuration(245_000), '4 min 05 s'],
  [formatDuration(7_620_000), '2 h 07 min'],
  [truncate('abcdef', 4), 'abc…'],
  [truncate('abc', 3), 'abc'],
  [truncate('abc', 0), ''],
])('%s', (actual, expected) => {
  expect(actual).toBe(expected);
});

describe('formatTable', () => {
  test('aligns by visible width, without colour codes', () => {
    const { bold } = createStyle(true);
    const lines = formatTable([
      [bold('a'), 'x'],
      ['long', 'y'],
    ]);
    expect(lines).toEqual([`${bold('a')}     x`, 'long  y']);
  });

  test('gives no lines for no rows', () => {
    expect(formatTable([])).toEqual([]);
  });
});

test('wrapped prose keeps its words, and only a single long word exceeds the width', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 60 }), (list, width) => {
      const lines = wrapProse(list.join(' '), width);
      expect(lines.join(' ')).toBe(list.join(' '));
      for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
    }),
  );
});

test('repository text cannot move the cursor, change colours or reverse its direction', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const left = printable(text).replaceAll(/[\t\n]/g, '');
      expect(left).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    }),
  );
  expect(printable('\u001b[2Ja\tb\n')).toBe('␛[2Ja\tb\n');
});

test('without colours a style changes nothing', () => {
  expect(createStyle(false).red('text')).toBe('text');
  expect(createStyle(true).red('text')).toBe('\u001b[31mtext\u001b[39m');
  expect(createStyle(true).red('')).toBe('');
});
