/** Sources that a build file names outside of its own folder: its flags hold for them too. Pure. */
import { extensionOf, folderOf, isBelow } from '../../paths.ts';
import type { Project } from '../language.ts';
import { placeOf } from './named-folders.ts';

const endings = new Set(['.c', '.cc', '.cpp', '.cxx', '.m', '.mm']);

/** Returns the folders of the sources outside of `folder` among `words`, each once. */
export function sourceFolders(
  project: Project,
  folder: string,
  words: readonly string[],
): string[] {
  const found = new Set<string>();
  for (const word of words) {
    const plain = word.replaceAll(/["',;]/g, '');
    if (!endings.has(extensionOf(plain))) continue;
    // A `*` for file names is replaced, because `placeOf` takes any word with a `*` for outside.
    const place = placeOf(plain.replaceAll('*', '-'), folder);
    if (typeof place === 'string' || isBelow(place.folder, folder)) continue;
    const isThere = plain.includes('*') || project.files.has(place.folder);
    if (isThere && project.folders.has(folderOf(place.folder))) found.add(folderOf(place.folder));
  }
  return [...found];
}
