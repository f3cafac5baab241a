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
} from './rules/source-files.ts';

const paths = listPaths();
const folders = new Set(
  paths.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/'))),
);

/** What stands in backticks and begins like a path of this repository. */
function namedPaths(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  const plain = quoted.filter((each) => /^[\w.-]+(\/[\w.-]+)*\/?$/.test(each));
  return plain.filter((each) => each.includes('/') && folders.has(each.split('/')[0] ?? ''));
}

/** Source files by name or by the end of their path, as a README names what lies beside it. */
function namedFiles(text: string): string[] {
  const quoted = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\.(?:ts|js|py|avsc))`/g)];
  // Capitals stand for a name: `NAME-soak.ts`.
  return quoted.map((match) => match[1] ?? '').filter((name) => !/[A-Z]/.test(name));
}

/** A document names files below its own folder by the end of their path, all others in full. */
function missingPaths({ path, text: document }: SourceFile): string[] {
  // What stands between fences is shown, not said.
  const text = document.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const below = paths.filter((each) => each.startsWith(folder)).map((each) => `/${each}`);
  const missing = [
    ...namedPaths(text).filter((name) => !existsSync(`${root}/${name}`)),
    ...namedFiles(text).filter(
      (name) => !existsSync(`${root}/${name}`) && !below.some((each) => each.endsWith(`/${name}`)),
    ),
  ];
  return [...new Set(missing)].map((name) => `names ${name}, which does not exist`);
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
    const own = 'Beside it lie `stage.ts`, `nowhere/stage.ts` and `NAME.ts`.';
    expect(missingPaths({ path: 'services/stages/plan/README.md', text: own })).toEqual([
      'names nowhere/stage.ts, which does not exist',
    ]);
  });
});
