/** The gate `binary`: control characters in valid UTF-8. */
import { describe, expect, test } from 'vitest';
import { binary } from '../../../../../services/stages/admit/gates/binary.ts';

const { text: ask } = binary.open({});

describe('binary', () => {
  test.each([
    ['an empty file', '', null],
    ['words', 'a b\n', null],
    ['tabs, form feeds and terminal colours', '\tint a;\f\r\n\x1b[31mred\x1b[0m', null],
    ['one control character in a hundred', `\x01${'a'.repeat(99)}`, null],
    ['more than one in a hundred', `\x01${'a'.repeat(98)}`, 'binary'],
    ['a single NUL', `${'a'.repeat(1_000)}\0`, 'binary'],
  ])('%s', (_name, text, reason) => {
    expect(ask?.({ path: 'a.txt', text })).toBe(reason);
  });
});
