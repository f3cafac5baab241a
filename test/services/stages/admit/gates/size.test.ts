/** The gate `size`: the bounds of a repository. */
import { describe, expect, test } from 'vitest';
import type { RepositoryView } from '../../../../../services/stages/admit/gate.ts';
import { size } from '../../../../../services/stages/admit/gates/size.ts';

const { repository: ask } = size.open({ repositoryFilesMax: 2, repositoryBytesMax: 10 });

function viewOf(sizes: readonly number[], skipped: RepositoryView['skipped'] = []): RepositoryView {
  const licence = { expression: 'MIT', evidence: [] };
  const files = sizes.map((bytes, index) => ({ path: `${index}.py`, bytes }));
  return { name: 'r', origin: 'r.tgz', licence, files, skipped };
}

describe('size', () => {
  test.each([
    ['two files', [5, 5], null],
    ['an empty file', [0], null],
    ['no file', [], 'NO_ADMISSIBLE_FILES'],
    ['too many files', [1, 1, 1], 'REPOSITORY_TOO_LARGE'],
    ['too many bytes', [5, 6], 'REPOSITORY_TOO_LARGE'],
  ])('%s', (_name, sizes, code) => {
    expect(ask?.(viewOf(sizes))?.code ?? null).toBe(code);
  });

  test('the detail names the knob, or why no file is left', () => {
    expect(ask?.(viewOf([1, 1, 1]))?.detail).toContain('admit.repositoryFilesMax (2)');
    expect(ask?.(viewOf([5, 6]))?.detail).toContain('admit.repositoryBytesMax (10)');
    expect(ask?.(viewOf([]))?.detail).toBe('no file is left: it has none');
    const skipped = [
      { path: 'a', reason: 'binary' },
      { path: 'b', reason: 'vendored' },
      { path: 'c', reason: 'binary' },
    ];
    expect(ask?.(viewOf([], skipped))?.detail).toBe('no file is left: 2 binary, 1 vendored');
  });
});
