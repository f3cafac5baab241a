/** Sources that a build file names outside of its own folder: they are built as it says. Pure. */
import { extensionOf, folderOf, isBelow } from '../../paths.ts';
import type { Project } from '../language.ts';
import { placeOf } from './named-folders.ts';

const endings = new Set(['.c', '.cc', '.cpp', '.cxx', '.m', '.mm']);

/** Their folders, each once. */
export function sourceFolders(
  project: Project,
  folder: string,
  words: readonly string[],
): string[] {
  const found = new Set<string>();
  for (const word of words) {
    const plain = word.replaceAll(/["',;]/g, '');
    if (!endings.has(extensionOf(plain))) continue;
    // All of a folder's sources, or one of them.
    const place = placeOf(plain.replaceAll('*', '-'), folder);
    if (typeof place === 'string' || isBelow(place.folder, folder)) continue;
    const isThere = plain.includes('*') || project.files.has(place.folder);
    if (isThere && project.folders.has(folderOf(place.folder))) found.add(folderOf(place.folder));
  }
  return [...found];
}
