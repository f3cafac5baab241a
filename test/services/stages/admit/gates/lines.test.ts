/** The gate `lines`: longest line of any file, mean line of source code. */
import { describe, expect, test } from 'vitest';
import { lines } from '../../../../../services/stages/admit/gates/lines.ts';

const { text: ask } = lines.open({ lineCharactersMax: 20, lineCharactersMeanMax: 10 });

describe('lines', () => {
  test.each([
    ['an empty file', 'a.py', '', null],
    ['a line of exactly the longest length', 'a.md', `${'x'.repeat(20)}\n`, null],
    ['a longer line', 'a.md', `a\n${'x'.repeat(21)}\n`, 'long-line'],
    ['a longer line without a line feed', 'a.md', 'x'.repeat(21), 'long-line'],
    ['source code with only long lines', 'a.py', `${'x'.repeat(15)}\n`.repeat(3), 'long-mean-line'],
    ['source code with one long line', 'a.py', `${'x'.repeat(15)}\na\nb\n`, null],
    ['prose with only long lines', 'a.md', `${'x'.repeat(15)}\n`.repeat(3), null],
  ])('%s', (_name, path, text, reason) => {
    expect(ask?.({ path, text })).toBe(reason);
  });
});
