/** Paths of a repository: relative, forward slashes, '' is the root. Pure. */

/** Folder of a path. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Extension with its dot, lower case; '' when there is none. */
export function extensionOf(path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}

/** Name without its extension. */
export function stemOf(path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? name : name.slice(0, dot);
}

/** Joins and normalises; null when it climbs out of the repository. */
export function joinPath(folder: string, relative: string): string | null {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

/** Appends below a folder that may be the root. */
export function below(folder: string, name: string): string {
  if (name === '') return folder;
  return folder === '' ? name : `${folder}/${name}`;
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The folder itself, its parent and so on up to the root. */
export function foldersUpwards(folder: string): string[] {
  const result = [folder];
  let current = folder;
  while (current !== '') {
    current = folderOf(current);
    result.push(current);
  }
  return result;
}

/** Leading folders that two paths share. */
export function sharedDepth(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  let depth = 0;
  while (depth < left.length && left[depth] === right[depth]) depth += 1;
  return depth;
}

/** The value of the nearest folder at or above a file that has one. */
export function nearestAbove<Value>(
  path: string,
  byFolder: ReadonlyMap<string, Value>,
): Value | undefined {
  const folder = foldersUpwards(folderOf(path)).find((candidate) => byFolder.has(candidate));
  return folder === undefined ? undefined : byFolder.get(folder);
}
