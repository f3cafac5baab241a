/**
 * Reads include folders from lists in the build files of meson, Bazel, Buck, GN, SCons, gyp and
 * setup.py, as far as the lists hold literals. Pure.
 */
import { below, folderOf, foldersUpwards, nameOf } from '../../paths.ts';
import type { Project } from '../language.ts';
import { type BuildFolders, fromTop, type NamedFolder, placeOf, unknown } from './named-folders.ts';

const named = /meson\.build|setup\.py|BUILD(?:\.bazel|\.gn)?|BUCK|SConstruct|SConscript/;
const files = new RegExp(String.raw`^(?:${named.source}|[\w-]+\.gypi?)$`);

export function isListFile(path: string): boolean {
  return files.test(nameOf(path));
}

// A list that is not closed goes to the end: otherwise each later one would be tried in vain.
const listed = /\b(?:include_dirs|includes|export_include_dirs|CPPPATH)["']?\s*(?:=|\+=|:)/;
const lists = [
  /\binclude_directories\s*\(([^)]*)(?:\)|$)/g,
  new RegExp(String.raw`${listed.source}\s*\[([^\]]*)(?:\]|$)`, 'g'),
];

export function readLists(project: Project, path: string): BuildFolders {
  const folder = folderOf(path);
  const text = (project.files.get(path)?.manifest ?? '').replaceAll(/(?<=^|\s)#[^\n]*/g, '');
  const named: NamedFolder[] = [];
  let isUnread = false;
  const home = nameOf(path) === 'meson.build' ? mesonProject(project, folder) : folder;
  const items = lists.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, list = '']) => list.split(',')),
  );
  for (const item of items) {
    const word = wordOf(item.trim());
    if (word === null) continue;
    const place = placeOf(word, folder);
    isUnread ||= place === 'unread';
    if (typeof place === 'string') continue;
    named.push({ folder: place.folder, visibleFrom: folder, confidence: 1 });
    // A variable of meson holds in the whole project, so other targets may use the folder too.
    if (home !== folder) named.push({ folder: place.folder, visibleFrom: home, confidence: 0.9 });
  }
  return { named, unread: isUnread ? [folder] : [] };
}

/**
 * Returns the folder in a list item: a literal, in which `//` or `#` begins at the top, or a name
 * as an unknown value. Null for an option (`key: value`), which names no folder.
 */
function wordOf(item: string): string | null {
  const text = /^["']([^"']*)["']$/.exec(item)?.[1];
  if (text !== undefined) return text.replace(/^(?:\/\/|#)\/?/, () => fromTop(''));
  if (item === '' || /^\w+\s*:/.test(item) || /["']/.test(item)) return null;
  return unknown(item.slice(0, 100));
}

/** Returns the nearest folder at or above whose meson.build calls `project()`. */
function mesonProject(project: Project, folder: string): string {
  return (
    foldersUpwards(folder).find((above) => {
      const { manifest } = project.files.get(below(above, 'meson.build')) ?? {};
      return /^[ \t]*project\s*\(/m.test(manifest ?? '');
    }) ?? folder
  );
}
