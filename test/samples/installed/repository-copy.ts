/**
 * A copy of this repository's files, tracked or about to be, in which a test may add and change
 * some. It shares the installed packages, and is a git repository, as the tidy tests want.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface CommandRun {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RepositoryCopy {
  readonly folder: string;
  /** Runs Node in the copy; the first parameter is a path from its root. */
  readonly node: (...parameters: string[]) => CommandRun;
  readonly read: (path: string) => string;
  /** Replaces a passage that stands exactly once in a file, as a person would in an editor. */
  readonly edit: (path: string, from: string, to: string) => void;
  remove(): void;
}

export function copyRepository(): RepositoryCopy {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'backstory-copy-')));
  const git = (cwd: string, ...parameters: string[]) =>
    execFileSync('git', parameters, { cwd, encoding: 'utf8' });
  const listed = git(root, 'ls-files', '--cached', '--others', '--exclude-standard', '-z');
  for (const path of new Set(listed.split('\0'))) {
    if (path !== '') cpSync(join(root, path), join(folder, path), { errorOnExist: false });
  }
  symlinkSync(realpathSync(join(root, 'node_modules')), join(folder, 'node_modules'));
  git(folder, 'init', '--quiet');
  // The ignore list names a folder; here it is a link.
  writeFileSync(join(folder, '.git', 'info', 'exclude'), 'node_modules\n');
  git(folder, 'add', '--all');
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  return {
    folder,
    read,
    edit: (path, from, to) => {
      const [before = '', after, ...others] = read(path).split(from);
      if (after === undefined || others.length > 0) throw new Error(`${path}: not once: ${from}`);
      writeFileSync(join(folder, path), `${before}${to}${after}`);
    },
    node: (...parameters) => {
      const options = { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, parameters, options);
      return { exitCode: status, out: stdout, err: stderr };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
