/**
 * Include folders in the lists of meson, Bazel, GN, SCons, gyp and setup.py: as far as they are
 * written out. Pure.
 */
import { folderOf, foldersUpwards, nameOf } from '../../paths.ts';
import type { Project } from '../language.ts';
import { type BuildFolders, fromTop, type NamedFolder, placeOf, unknown } from './named-folders.ts';

const named = /meson\.build|setup\.py|BUILD(?:\.bazel|\.gn)?|BUCK|SConstruct|SConscript/;
const files = new RegExp(String.raw`^(?:${named.source}|[\w-]+\.gypi?)$`);

export function isListFile(path: string): boolean {
  return files.test(nameOf(path));
}

const lists = [
  /\binclude_directories\s*\(([^)]*)\)/g,
  /\b(?:include_dirs|includes|export_include_dirs|CPPPATH)["']?\s*(?:=|\+=|:)\s*\[([^\]]*)\]/g,
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
    // A variable of meson is seen in all of the project, by the targets that take it.
    if (home !== folder) named.push({ folder: place.folder, visibleFrom: home, confidence: 0.9 });
  }
  return { named, unread: isUnread ? [folder] : [] };
}

/** A literal, `//` and `#` for the top; `key: value` says how, not where; a name is not known. */
function wordOf(item: string): string | null {
  const text = /^["']([^"']*)["']$/.exec(item)?.[1];
  if (text !== undefined) return text.replace(/^(?:\/\/|#)\/?/, () => fromTop(''));
  if (item === '' || /^\w+\s*:/.test(item) || /["']/.test(item)) return null;
  return unknown(item.slice(0, 100));
}

/** The folder of the meson.build around it that begins the project. */
function mesonProject(project: Project, folder: string): string {
  return (
    foldersUpwards(folder).find((above) => {
      const path = above === '' ? 'meson.build' : `${above}/meson.build`;
      return /^\s*project\s*\(/m.test(project.files.get(path)?.manifest ?? '');
    }) ?? folder
  );
}
