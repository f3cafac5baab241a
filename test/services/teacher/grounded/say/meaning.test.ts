/** Facts that mean something together are said together, and with their reason. */
import { describe, expect, test } from 'vitest';
import { buildThinkRequest } from '../../../../../services/ports/think-request.ts';
import { predicateOf } from '../../../../../services/teacher/grounded/say/clause.ts';
import { readContracts } from '../../../../../services/teacher/grounded/say/contracts.ts';
import type { Note } from '../../../../../services/teacher/grounded/say/notes.ts';
import { joinSame } from '../../../../../services/teacher/grounded/say/same.ts';
import { sayUsers } from '../../../../../services/teacher/grounded/say/users.ts';
import { isCommand } from '../../../../../services/teacher/grounded/say/verbs.ts';
import { examplePlan, exampleStructure, exampleTexts } from '../../example-repository.ts';

test.each([
  [
    ['__init__', '__getitem__', '__setitem__', '__delitem__', 'get'],
    ['is used as a mapping'],
    ['get'],
  ],
  [
    ['__enter__', '__exit__', '__call__'],
    ['is held by a with statement', 'is called like a function'],
    [],
  ],
  [['__eq__', '__ne__', 'copy'], ['is compared by value'], ['copy']],
  [['__enter__', 'run'], [], ['__enter__', 'run']],
])('special methods are told as what they promise: %j', (methods, promises, others) => {
  expect(readContracts(methods)).toEqual({ promises, others });
});

describe('what is true of several definitions', () => {
  const note = (name: string, predicate: string): Note => ({
    kind: 'shape',
    line: 1,
    subject: `\`${name}\``,
    predicate,
  });

  test('is said once, of all of them', () => {
    const notes = [
      note('keys', 'yields its results one by one'),
      note('get', 'takes `name` and returns the value'),
      note('values', 'yields its results one by one'),
      note('items', 'yields its results one by one'),
    ];
    expect(joinSame(notes).map(({ subject, predicate }) => `${subject} ${predicate}`)).toEqual([
      '`keys`, `values` and `items` yield their results one by one',
      '`get` takes `name` and returns the value',
    ]);
  });

  test('stays apart where a later part of the predicate would be in the singular', () => {
    const notes = ['a', 'b'].map((name) => note(name, 'takes `x` and returns `y`'));
    expect(joinSame(notes)).toEqual(notes);
  });
});

test('files that need the same are told of together, with what follows from it', () => {
  const request = buildThinkRequest(
    exampleStructure,
    examplePlan,
    'src/store.py',
    [],
    (path) => exampleTexts[path] ?? '',
  );
  const usedBy = ['src/a.py', 'src/b.py'].map((path) => ({ path, names: ['Store'] }));
  const [first, ...others] = sayUsers({ ...request, usedBy }, 'source');
  expect(first).toMatch(/`a\.py` and `b\.py`/);
  expect(first).toContain('`Store`');
  expect(others).toEqual([]);
});

test('two files of one name are told apart by their folders', () => {
  const request = buildThinkRequest(
    exampleStructure,
    examplePlan,
    'src/store.py',
    [],
    (path) => exampleTexts[path] ?? '',
  );
  const usedBy = ['src/a/retry.py', 'src/b/retry.py'].map((path) => ({ path, names: ['Store'] }));
  expect(sayUsers({ ...request, usedBy }, 'source')[0]).toMatch(
    /`a\/retry\.py` and `b\/retry\.py`/,
  );
});

test.each([
  ['obtain', 'the', true],
  ['diff', 'the', true],
  ['both', 'the', false],
  ['whether', 'a', false],
  ['returning', 'the', false],
])('“%s %s …” is a command: %s', (first, second, expected) => {
  expect(isCommand(first, second)).toBe(expected);
});

test('a sentence of its own is reported, not turned into what something is', () => {
  expect(predicateOf('a Connection error occurred')).toBe('tells that a Connection error occurred');
  expect(predicateOf('a user-created Request object')).toBe('is a user-created Request object');
});
