/** Sentences that say nothing new are left out, with those that would lose their subject. */
import { expect, test } from 'vitest';
import { indexRuns } from '../../../../../services/teacher/grounded/say/overlap.ts';
import { joinParagraphs } from '../../../../../services/teacher/grounded/say/paragraphs.ts';

const join = (...sentences: string[]) => joinParagraphs([sentences], indexRuns(''));

test('a sentence that mostly repeats earlier ones is left out', () => {
  const said = '`One` raises `Error` saying “it is missing” when the path is empty.';
  const again = said.replace('`One`', '`Two`');
  expect(join(said, again, '`Two` opens a file.')).toBe(`${said} \`Two\` opens a file.`);
});

test('what “It” stands for stays, or both go', () => {
  const first = '`Three` takes `a`, `b`, `c`, `d` and `e`. It returns `null`.';
  const second = '`Four` takes `a`, `b`, `c`, `d` and `e`. It opens a file.';
  expect(join(first, second)).toBe(first);
  expect(join(first, '`Four` keeps nothing. It returns `null`.')).toBe(
    `${first} \`Four\` keeps nothing.`,
  );
});
