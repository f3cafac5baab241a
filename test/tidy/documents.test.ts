/** Prose about the code stays true where a machine can tell: paths that it names exist. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  findAll,
  isMarkdown,
  listPaths,
  readFiles,
  root,
  type SourceFile,
} from './source-files.ts';

const folders = new Set(
  listPaths()
    .filter((path) => path.includes('/'))
    .map((path) => path.slice(0, path.indexOf('/'))),
);

/** What stands in backticks and begins like a path of this repository. */
function namedPaths(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  const plain = quoted.filter((each) => /^[\w.-]+(\/[\w.-]+)*\/?$/.test(each));
  return plain.filter((each) => each.includes('/') && folders.has(each.split('/')[0] ?? ''));
}

function missingPaths({ text }: SourceFile): string[] {
  const missing = namedPaths(text).filter((path) => !existsSync(`${root}/${path}`));
  return missing.map((path) => `names ${path}, which does not exist`);
}

describe('documents', () => {
  test('every path that they name exists', () => {
    expect(findAll(readFiles(isMarkdown), missingPaths)).toEqual([]);
  });

  test('finds a file that has moved', () => {
    const text = 'See `services/no-such-file.ts`, `services/registry.ts` and `npm test`.';
    expect(missingPaths({ path: 'README.md', text })).toEqual([
      'names services/no-such-file.ts, which does not exist',
    ]);
  });
});
