/**
 * Reads the include folders (`-I`) in files of make, automake, Kbuild, autoconf and PlatformIO and
 * in compile_flags.txt. Expands variables and functions, and follows included files. Pure.
 */
import { openGlob } from '../../../../runtime/glob.ts';
import { below, folderOf, foldersUpwards, nameOf } from '../../paths.ts';
import { type Budget, openBudget } from '../budget.ts';
import type { Project } from '../language.ts';
import { type MakeVariables, openMakeVariables, wordsOf } from './make-variables.ts';
import {
  type BuildFolders,
  fromTop,
  type NamedFolder,
  placeOf,
  withoutEnd,
} from './named-folders.ts';
import { sourceFolders } from './sources.ts';

const makefiles = /(?:gnu)?makefile(?:\.\w+)?|[\w.-]*\.(?:mk|mak)|kbuild/;
const others = /configure\.(?:ac|in)|compile_flags\.txt|platformio\.ini/;
const files = new RegExp(`^(?:${makefiles.source}|${others.source})$`, 'i');

export function isMakeFile(path: string): boolean {
  return files.test(nameOf(path));
}

const includesMax = 16;
const assignment =
  /^\s*(?:(?:export|override|private)\s+)*([\w.-]+)\s*(\?=|\+=|:{0,3}=|!=)\s*(.*)$/;
const targetAssignment = /^[^\t:=#]+:\s*([\w.-]+)\s*(\?=|\+=|:{0,3}=)\s*(.*)$/;
const inclusion = /^\s*[-s]?include\s+(.+)$/;
const flag = /-(?:I|isystem|iquote|idirafter)/;
const source = /\.(?:c|cc|cpp|cxx|m|mm)\b/i;

/** Characters made, and what steps weigh, for all files of make in a repository. */
const workMax = 2 ** 30;
/** What an include folder that is kept takes from it. */
const pairWeight = 256;

/** What all files of make in a repository share. */
interface Shared {
  readonly project: Project;
  readonly budget: Budget;
  readonly fitting: (path: string, isFolder: boolean) => readonly string[];
}

interface Reading {
  readonly project: Project;
  /** Folder in which make runs. */
  readonly folder: string;
  readonly variables: MakeVariables;
  /** Lines, or values of assignments, that name folders or sources; not yet expanded. */
  readonly lines: string[];
  readonly seen: Set<string>;
}

/** Returns a reader of the files of make in a repository. */
export function openMakeReader(project: Project): (path: string) => BuildFolders {
  const budget = openBudget(workMax);
  const shared = { project, budget, fitting: openFitting(project, budget) };
  return (path) => readMake(shared, path);
}

function readMake({ project, budget, fitting }: Shared, path: string): BuildFolders {
  const folder = folderOf(path);
  const predefined = openPredefined(project, folder);
  const wildcard = (pattern: string) => matching(fitting, folder, pattern);
  const variables = openMakeVariables({ predefined, wildcard, budget });
  const reading: Reading = { project, folder, variables, lines: [], seen: new Set() };
  readFile(reading, path);
  const named = new Map<string, NamedFolder>();
  const words = reading.lines.flatMap((line) => variables.expand(line)).map(wordsOf);
  const elsewhere = sourceFolders(project, folder, words.flat());
  const add = (each: NamedFolder) => {
    const key = `${each.visibleFrom}\0${each.folder}`;
    if (!named.has(key) && budget.take(pairWeight)) named.set(key, each);
  };
  let isUnread = false;
  for (const list of words) {
    for (const word of flagged(list)) {
      const place = placeOf(word, folder);
      isUnread ||= place === 'unread';
      if (typeof place === 'string' || !project.folders.has(place.folder)) continue;
      add({ folder: place.folder, visibleFrom: folder, confidence: 1 });
      for (const visibleFrom of elsewhere) {
        add({ folder: place.folder, visibleFrom, confidence: 0.95 });
      }
    }
  }
  isUnread ||= budget.isSpent;
  return { named: [...named.values()], unread: isUnread ? [folder, ...elsewhere] : [] };
}

function readFile(reading: Reading, path: string): void {
  const text = reading.project.files.get(path)?.manifest ?? null;
  if (text === null || reading.seen.has(path) || reading.seen.size > includesMax) return;
  reading.seen.add(path);
  const { variables, folder } = reading;
  const own = fromTop(path);
  const joined = text.replaceAll(/\\\r?\n/g, ' ').replaceAll(/@(\w+)@/g, '$($1)');
  for (const line of joined.split(/\r?\n/)) {
    const code = line.replace(/(?<=^|[^\\])#.*$/, '').replaceAll('$(MAKEFILE_LIST)', () => own);
    const [, included] = inclusion.exec(code) ?? [];
    if (included !== undefined) {
      for (const word of variables.expand(included).flatMap(wordsOf)) {
        const place = placeOf(word, folder);
        if (typeof place !== 'string') readFile(reading, place.folder);
      }
      continue;
    }
    const [, name, operator, value] = assignment.exec(code) ?? targetAssignment.exec(code) ?? [];
    if (name !== undefined) variables.set(name, operator ?? '=', value ?? '');
    if (flag.test(code) || source.test(code)) reading.lines.push(value ?? code);
  }
}

/** Returns the folders after `-I` and similar flags, in the same word or in the next. */
function flagged(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const [, joined] = /^["'(]*-(?:I|isystem|iquote|idirafter)=?(.*)$/.exec(word) ?? [];
    if (joined === undefined) return [];
    const folder = joined === '' ? (words[index + 1] ?? '') : joined;
    return [withoutEnd(folder, `"')`)];
  });
}

/** Returns a lookup of the variables that automake, make and Kbuild set themselves. */
function openPredefined(project: Project, folder: string) {
  const configured = foldersUpwards(folder).find((above) =>
    ['configure.ac', 'configure.in', 'configure'].some((name) =>
      project.files.has(below(above, name)),
    ),
  );
  const main = fromTop(configured ?? '');
  const own = fromTop(folder);
  const values: Readonly<Record<string, string>> = {
    srcdir: own,
    abs_srcdir: own,
    VPATH: own,
    CURDIR: own,
    PWD: own,
    SRCDIR: own,
    src: own,
    obj: own,
    builddir: own,
    top_srcdir: main,
    abs_top_srcdir: main,
    top_builddir: main,
    srctree: fromTop(''),
  };
  return (name: string): string | undefined => values[name];
}

/** Returns the folders and files that match a wildcard of make, as paths from the top. */
function matching(fitting: Shared['fitting'], folder: string, pattern: string): readonly string[] {
  const path = placeOf(pattern.replaceAll('*', star), folder);
  return typeof path === 'string' ? [] : fitting(path.folder, pattern.endsWith('/'));
}

/** Stands for the `*` of a wildcard: `placeOf` takes any word with a `*` for outside. */
const star = '\u0004';

/** Returns a search for the paths that match a path with stars; each is searched for once. */
function openFitting(project: Project, budget: Budget): Shared['fitting'] {
  const known = new Map<string, readonly string[]>();
  const search = (path: string, isFolder: boolean): string[] => {
    if (!path.includes(star)) {
      const isThere = project.files.has(path) || project.folders.has(path);
      return isThere ? [fromTop(path)] : [];
    }
    const fits = openGlob(path.replaceAll(star, '*'));
    const base = path.slice(0, path.indexOf(star));
    const found: string[] = [];
    for (const all of isFolder ? [project.folders] : [project.folders, project.files.keys()]) {
      for (const each of all) {
        if (!budget.take(1)) return [];
        if (each.startsWith(base) && fits(each) && budget.take(pairWeight)) {
          found.push(fromTop(each));
        }
      }
    }
    return found;
  };
  return (path, isFolder) => {
    const key = `${isFolder}${path}`;
    const found = known.get(key) ?? search(path, isFolder);
    known.set(key, found);
    return found;
  };
}
