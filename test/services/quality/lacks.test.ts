/** What was written without, by reason. A reason is text of an output and may be anything. */
import { expect, test } from 'vitest';
import { createLacks } from '../../../services/quality/lacks.ts';

function groupsOf(
  lacks: readonly (readonly [what: string, path: string | null, reason: string])[],
) {
  const measure = createLacks();
  for (const [what, path, reason] of lacks) measure.add({ what, path, reason });
  return measure.report();
}

const ungrounded = (path: string, check: string) =>
  ['thought', path, `TEACHER_UNGROUNDED: the thought about ${path} fails ${check}: why`] as const;

test('groups by what, code and check, the largest first', () => {
  const { groups } = groupsOf([
    ['plan', null, 'TEACHER_UNGROUNDED: requirements: recital: the text repeats'],
    ungrounded('a.py', 'names'),
    ungrounded('b.py', 'names'),
    ungrounded('c.py', 'tense'),
    ['search', 'd.py', 'SCORER_UNAVAILABLE: it is down'],
  ]);
  expect(groups.map(({ what, code, check, count }) => [what, code, check, count])).toEqual([
    ['thought', 'TEACHER_UNGROUNDED', 'names', 2],
    ['plan', 'TEACHER_UNGROUNDED', 'recital', 1],
    ['search', 'SCORER_UNAVAILABLE', null, 1],
    ['thought', 'TEACHER_UNGROUNDED', 'tense', 1],
  ]);
  expect(groups[0]?.example).toContain('a.py');
});

test('a path that looks like a check decides nothing', () => {
  const { groups } = groupsOf([ungrounded('x fails form: y: copies: z', 'names')]);
  expect(groups[0]?.check).toBe('names');
});

test('what is not known makes no group of its own', () => {
  const { groups } = groupsOf([
    ['nonsense', null, 'NO_SUCH_CODE: a'],
    ['other', null, 'constructor: b'],
    ['thought', 'p', 'TEACHER_UNGROUNDED: the thought about p fails toString: c'],
  ]);
  expect(groups.map(({ what, code, check, count }) => [what, code, check, count])).toEqual([
    ['other', 'other', null, 2],
    ['thought', 'TEACHER_UNGROUNDED', null, 1],
  ]);
});

test('finish reasons are told where a reason tells them', () => {
  const cut = 'TEACHER_ANSWER_INVALID: a.py: the answer was cut off at 512 tokens (teacher.x)';
  const { finish } = groupsOf([
    ['thought', 'a.py', cut],
    ['thought', 'b.py', 'TEACHER_REFUSED: the endpoint refuses: the content filter'],
    ['thought', 'c.py', 'TEACHER_REFUSED: no'],
  ]);
  expect(finish).toEqual({ length: 1, content_filter: 1 });
});

test('what earns no thought is no lack: it is counted by kind', () => {
  const { groups, plain } = groupsOf([
    ['plain', 'LICENSE', 'a licence'],
    ['plain', 'COPYING', 'a licence'],
    ['plain', '.gitignore', 'an ignore file'],
    ['plain', 'x', '<script>'],
  ]);
  expect(groups).toEqual([]);
  expect(plain).toEqual({ 'a licence': 2, 'an ignore file': 1, other: 1 });
});

test('examples are short', () => {
  const { groups } = groupsOf([['thought', 'a', `TEACHER_REFUSED: ${'x'.repeat(9_999)}`]]);
  expect(groups[0]?.example).toHaveLength(300);
});
