/** File names: kebab-case, and none that says nothing about what is inside. */
import { describe, expect, test } from 'vitest';
import { isData, listPaths } from './rules/source-files.ts';

const bannedNames = /^(utils?|helpers?|commons?|constants?|managers?|misc|stuff|index)$/;

/** What is wrong with a path's names; null when nothing is. */
/** Names that other tools give to a file. */
const givenNames = [
  /^(?:README|CONTRIBUTING)\.md$/,
  /^LICENSE$/,
  /^Dockerfile(?:\.scorer)?(?:\.dockerignore)?$/,
  /^__(?:init|main)__\.py$/,
  /^\./,
];

function problemWithName(path: string): string | null {
  const parts = path.split('/');
  const file = parts.pop() ?? '';
  if (parts.some((folder) => bannedNames.test(folder))) return 'a folder name that says nothing';
  const stem = file.split('.')[0] ?? '';
  if (stem.split('-').some((word) => bannedNames.test(word))) return 'a name that says nothing';
  if (givenNames.some((given) => given.test(file))) return null;
  const style = file.endsWith('.py')
    ? /^[a-z0-9]+(_[a-z0-9]+)*\.py$/
    : /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
  return style.test(file) ? null : 'not kebab-case (snake_case in Python)';
}

describe('names', () => {
  test('every file is named in the house style', () => {
    const paths = listPaths().filter((path) => !isData(path));
    const problems = paths.flatMap((path) => {
      const problem = problemWithName(path);
      return problem === null ? [] : [`${path}: ${problem}`];
    });
    expect(problems).toEqual([]);
  });

  test.each([
    'services/plan/utils.ts',
    'services/plan/string-helpers.ts',
    'services/common/text.ts',
    'services/plan/connectionManager.ts',
    'services/plan/writing_order.ts',
    'services/feed/shard-reader.py',
    'services/plan/index.ts',
  ])('refuses %s', (path) => {
    expect(problemWithName(path)).not.toBeNull();
  });

  test.each([
    'services/plan/writing-order.ts',
    'services/feed/shard_reader.py',
    'test/services/plan/core.test.ts',
    'README.md',
    '.gitignore',
  ])('allows %s', (path) => {
    expect(problemWithName(path)).toBeNull();
  });
});
