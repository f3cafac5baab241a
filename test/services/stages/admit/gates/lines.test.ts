/** The gate `lines`: how long a line may be, and how long the mean line of source code. */
import { describe, expect, test } from 'vitest';
import { lines } from '../../../../../services/stages/admit/gates/lines.ts';

const { text: ask } = lines.open({ lineCharactersMax: 20, lineCharactersMeanMax: 10 });

describe('lines', () => {
  test.each([
    ['an empty file', 'a.py', '', null],
    ['a line as long as it may be', 'a.md', `${'x'.repeat(20)}\n`, null],
    ['a longer one', 'a.md', `a\n${'x'.repeat(21)}\n`, 'long-line'],
    ['a longer one without a line feed', 'a.md', 'x'.repeat(21), 'long-line'],
    ['source code of long lines', 'a.py', `${'x'.repeat(15)}\n`.repeat(3), 'long-mean-line'],
    ['source code with one of them', 'a.py', `${'x'.repeat(15)}\na\nb\n`, null],
    ['prose of long lines', 'a.md', `${'x'.repeat(15)}\n`.repeat(3), null],
  ])('%s', (_name, path, text, reason) => {
    expect(ask?.({ path, text })).toBe(reason);
  });
});
