/**
 * Finds the files of a folder that git tracks. A tracked file belongs to the repository even if a
 * .gitignore file matches it, as in `git archive`.
 */
import { lstat, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { type IndexNames, parseIndex } from './tracked-names.ts';

export interface Tracked {
  readonly files: ReadonlySet<string>;
  /** Every folder that holds a tracked file, directly or deeper. */
  readonly folders: ReadonlySet<string>;
  readonly submodules: ReadonlySet<string>;
  /** False if the index cannot be read; then only .gitignore files decide. */
  readonly isReadable: boolean;
}

/** A larger index is not read; a million files take about 100 MB. */
const indexBytesMax = 512 * 1024 * 1024;

const nothing: Tracked = {
  files: new Set(),
  folders: new Set(),
  submodules: new Set(),
  isReadable: true,
};

/** Returns the tracked names relative to `folder`, which lies in the checkout `top`. */
export async function readTracked(folder: string, top: string): Promise<Tracked> {
  let index: IndexNames | null;
  try {
    index = await readIndex(await gitFolderOf(top));
  } catch {
    // The index is damaged or may not be read; the caller reports this.
    return { ...nothing, isReadable: false };
  }
  const prefix = relative(top, folder)
    .split(sep)
    .filter(Boolean)
    .map((name) => `${name}/`)
    .join('');
  const within = (names: readonly string[]) =>
    names.flatMap((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : []));
  const files = new Set(within(index?.files ?? []));
  const folders = new Set<string>();
  for (const path of files) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (folders.has(path.slice(0, end))) break;
      folders.add(path.slice(0, end));
    }
  }
  return { files, folders, submodules: new Set(within(index?.submodules ?? [])), isReadable: true };
}

/** Returns git's folder: `.git`, or the folder that the file `.git` of a worktree names. */
async function gitFolderOf(top: string): Promise<string> {
  const path = join(top, '.git');
  if ((await stat(path)).isDirectory()) return path;
  const named = /^gitdir: *(.+?)\s*$/.exec((await readFile(path, 'utf8')).slice(0, 8_192))?.[1];
  if (named === undefined) throw new Error('no git folder');
  return resolve(top, named);
}

/** Returns the names in the index; null before the first `git add`, when there is no index. */
async function readIndex(gitFolder: string): Promise<IndexNames | null> {
  const own = await readBounded(join(gitFolder, 'index'));
  if (own === null) return null;
  const index = parseIndex(own);
  if (index.shared === null) return index;
  const rest = await readBounded(join(gitFolder, index.shared));
  if (rest === null) throw new Error('the shared index is missing');
  const shared = parseIndex(rest);
  return {
    files: [...shared.files, ...index.files],
    submodules: [...shared.submodules, ...index.submodules],
    shared: null,
  };
}

async function readBounded(path: string): Promise<Buffer | null> {
  const stats = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (stats === null) return null;
  if (!stats.isFile() || stats.size > indexBytesMax) throw new Error('no index of usual size');
  return readFile(path);
}
