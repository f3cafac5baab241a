/** The repository's own files as the tidy rules see them: what git tracks or would track. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** Path from the repository root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every path that is tracked, or untracked and not ignored, in code-unit order. */
export function listPaths(): string[] {
  const options = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const output = execFileSync('git', options, { cwd: root, encoding: 'utf8' });
  const paths = new Set(output.split('\0').filter((path) => path !== ''));
  return [...paths].filter((path) => existsSync(`${root}/${path}`)).sort();
}

const paths = listPaths();
if (paths.length === 0) throw new Error('the tidy tests see no files: is git there?');

/** Content that is data or generated, so that style rules do not apply to it. */
export function isData(path: string): boolean {
  return (
    /(^|\/)(fixtures|golden|samples|examples)\//.test(path) || path.startsWith('schemas/generated/')
  );
}

export function readFiles(matches: (path: string) => boolean): SourceFile[] {
  const selected = paths.filter((path) => matches(path) && !isData(path));
  return selected.map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }));
}

export const isTypeScript = (path: string) => /\.(tsx?|js)$/.test(path);
export const isPython = (path: string) => path.endsWith('.py');
export const isMarkdown = (path: string) => path.endsWith('.md');

/** Applies a rule to many files and joins what it finds. */
export function findAll(
  files: readonly SourceFile[],
  rule: (file: SourceFile) => readonly string[],
): string[] {
  return files.flatMap((file) => rule(file).map((problem) => `${file.path}: ${problem}`));
}
