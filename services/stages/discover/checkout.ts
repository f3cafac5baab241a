/** Finds the git checkout that a folder is, or belongs to. Nothing in it is read or run. */
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Returns the nearest folder, from `folder` upwards, that holds `.git`; null if none does. */
export async function checkoutOf(folder: string): Promise<string | null> {
  for (let current = folder; ; current = dirname(current)) {
    if (await exists(join(current, '.git'))) return current;
    if (dirname(current) === current) return null;
  }
}

/**
 * Whether the folder is what else lies in `.git`: a bare repository, which has no files. A working
 * tree may hold files of these names, too.
 */
export async function isBareRepository(folder: string): Promise<boolean> {
  if (await exists(join(folder, '.git'))) return false;
  const kinds = await Promise.all(
    ['HEAD', 'objects', 'refs'].map(async (name) => {
      const found = await lstat(join(folder, name)).catch(() => null);
      return found?.isDirectory() ?? null;
    }),
  );
  return kinds[0] === false && kinds[1] === true && kinds[2] === true;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
