/**
 * Reads the include folders that CMake files set for directories and targets, and those that a
 * target gets from its libraries through `target_link_libraries`. Follows variables, included files
 * and subdirectories. Pure.
 */
import { below, folderOf, foldersUpwards, nameOf } from '../../paths.ts';
import type { Project } from '../language.ts';
import { type CmakeValues, expandArguments, expandText, readCommands } from './cmake-commands.ts';
import { type BuildFolders, fromTop, type NamedFolder, placeOf, unknown } from './named-folders.ts';
import { sourceFolders } from './sources.ts';

export function isCmakeFile(path: string): boolean {
  return nameOf(path) === 'CMakeLists.txt' || path.endsWith('.cmake');
}

const filesMax = 4096;
const depthMax = 32;

interface Reading {
  readonly project: Project;
  readonly projects: ReadonlyMap<string, string>;
  readonly named: NamedFolder[];
  readonly unread: Set<string>;
  readonly visited: Set<string>;
  /** Target name to the folders that its users see; `\0` and target name to all its folders. */
  readonly offered: Map<string, Set<string>>;
  /** Target name, or `\0` and the folder of a list file, to the libraries linked there. */
  readonly linked: Map<string, Set<string>>;
  /** Target name to the folders of its sources. */
  readonly homes: Map<string, Set<string>>;
  /** Folder to the include folders that its list file sets for all files at or below it. */
  readonly directories: Map<string, Set<string>>;
  /** Folder of a list file to the folders outside of it whose sources the list file builds. */
  readonly outside: Map<string, Set<string>>;
}

/** The state in which a list file is read. */
interface Place {
  /** Folder of the CMakeLists.txt that is read or includes the file: paths are relative to it. */
  readonly folder: string;
  readonly values: CmakeValues;
  readonly depth: number;
}

export function readCmake(project: Project): BuildFolders {
  const lists = [...project.files.keys()].filter((path) => nameOf(path) === 'CMakeLists.txt');
  const reading: Reading = {
    project,
    projects: readProjects(project),
    named: [],
    unread: new Set(),
    visited: new Set(),
    offered: new Map(),
    linked: new Map(),
    homes: new Map(),
    directories: new Map(),
    outside: new Map(),
  };
  // Outer folders come first, so that the subdirectories they add inherit their variables.
  const depthOf = (path: string) => path.split('/').length;
  for (const path of lists.sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1))) {
    if (!reading.visited.has(path)) readTree(reading, path);
  }
  passOn(reading);
  return { named: reading.named, unread: [...reading.unread] };
}

function readTree(reading: Reading, path: string): void {
  const folder = folderOf(path);
  const values: CmakeValues = new Map();
  for (const name of ['CMAKE_SOURCE_DIR', 'PROJECT_SOURCE_DIR']) values.set(name, fromTop(folder));
  for (const [name, place] of reading.projects) values.set(`${name}_SOURCE_DIR`, fromTop(place));
  readFile(reading, path, { folder, values, depth: 0 });
}

/** Returns project name to folder: any list file may use the variable `NAME_SOURCE_DIR`. */
function readProjects(project: Project): Map<string, string> {
  const projects = new Map<string, string>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || nameOf(path) !== 'CMakeLists.txt') continue;
    const name = /^[ \t]*project[ \t]*\(\s*"?([\w-]+)/im.exec(manifest)?.[1];
    if (name !== undefined && !projects.has(name)) projects.set(name, folderOf(path));
  }
  return projects;
}

function readFile(reading: Reading, path: string, place: Place): void {
  const text = reading.project.files.get(path)?.manifest ?? null;
  if (text === null || place.depth > depthMax || reading.visited.size > filesMax) return;
  reading.visited.add(path);
  const { values, folder } = place;
  values.set('CMAKE_CURRENT_SOURCE_DIR', fromTop(folder));
  values.set('CMAKE_CURRENT_LIST_DIR', fromTop(folderOf(path)));
  for (const { name, args } of readCommands(text)) {
    if (args.some((word) => word.includes('-I'))) {
      readFlags(reading, expandArguments(values, args), place);
    }
    const change = changes[name];
    if (change !== undefined) change(values, args, place);
    else {
      const words = expandArguments(values, args);
      if (name === 'add_subdirectory' || name === 'include') enter(reading, name, words, place);
      else readCommand(reading, name, words, place);
    }
    values.set('CMAKE_CURRENT_LIST_DIR', fromTop(folderOf(path)));
  }
}

/** Reads `-Ifolder` among the flags of a compiler. */
function readFlags(reading: Reading, words: readonly string[], place: Place): void {
  const folders = words
    .flatMap((word) => word.split(/\s+/))
    .flatMap((word) => /^-I(.+)$/.exec(word)?.[1] ?? []);
  readFolders(reading, null, folders, place);
}

type Change = (values: CmakeValues, args: readonly string[], place: Place) => void;

const ends = new Set(['CACHE', 'PARENT_SCOPE']);

const changes: Readonly<Record<string, Change>> = {
  set(values, [name = '', ...rest]) {
    const end = rest.findIndex((word) => ends.has(word));
    const words = expandArguments(values, end < 0 ? rest : rest.slice(0, end));
    values.set(expandText(values, name), words.join(';'));
  },
  list(values, [operation = '', name = '', ...rest]) {
    if (!/^(?:APPEND|PREPEND)$/.test(operation)) return;
    const words = expandArguments(values, rest);
    values.set(name, [values.get(name) ?? '', ...words].filter((each) => each !== '').join(';'));
  },
  foreach(values, [name = '', ...rest]) {
    const words = expandArguments(
      values,
      rest.filter((word) => !/^(?:IN|LISTS|ITEMS)$/.test(word)),
    );
    const lists = rest.includes('LISTS') ? words.map((word) => values.get(word) ?? word) : words;
    values.set(name, lists.join(';'));
  },
  get_filename_component(values, [name = '', path = '', mode = '']) {
    const [full = ''] = expandArguments(values, [path]);
    if (/^(?:DIRECTORY|PATH)$/.test(mode)) values.set(name, full.replace(/\/[^/]*\/?$/, ''));
    else values.set(name, /^(?:ABSOLUTE|REALPATH)$/.test(mode) ? full : unknown(name));
  },
  project(values, [name = ''], { folder }) {
    values.set('PROJECT_SOURCE_DIR', fromTop(folder));
    values.set(`${expandText(values, name)}_SOURCE_DIR`, fromTop(folder));
  },
};

function enter(reading: Reading, command: string, [word = '']: string[], place: Place): void {
  const { project } = reading;
  const { folder, values, depth } = place;
  if (command === 'include') {
    const target = placeOf(word, folder);
    if (typeof target === 'string' || !project.files.has(target.folder)) return;
    readFile(reading, target.folder, { ...place, depth: depth + 1 });
    return;
  }
  const target = placeOf(word, folder);
  if (typeof target === 'string') return;
  const path = below(target.folder, 'CMakeLists.txt');
  if (reading.visited.has(path)) return;
  const inner = { folder: target.folder, values: new Map(values), depth: depth + 1 };
  readFile(reading, path, inner);
  values.set('CMAKE_CURRENT_SOURCE_DIR', fromTop(folder));
}

const openers = /^(?:target_|)include_directories$/;
const modes = new Set(['PUBLIC', 'PRIVATE', 'INTERFACE', 'SYSTEM', 'BEFORE', 'AFTER']);
/** Keywords that by convention precede include folders in a project's own commands. */
const folderKey = /^(?:(?:PUBLIC|PRIVATE|PRIV|INTERFACE)_)?INCLUDES?(?:_DIR(?:S|ECTORIES)?)?$/;

function readCommand(reading: Reading, name: string, words: string[], place: Place): void {
  const { project, linked } = reading;
  const { folder } = place;
  if (openers.test(name)) {
    const [target, rest] =
      name === 'include_directories' ? [null, words] : [words[0], words.slice(1)];
    readFolders(reading, target ?? null, rest, place);
  } else if (name === 'target_link_libraries') {
    const [target = '', ...libraries] = words.filter((word) => !modes.has(word));
    for (const user of [target, `\0${folder}`]) {
      linked.set(user, new Set([...(linked.get(user) ?? []), ...libraries]));
    }
  } else if (/^add_(?:library|executable)$|^target_sources$/.test(name)) {
    const [target = '', ...rest] = words;
    if (rest[0] === 'ALIAS') linked.set(target, new Set([rest[1] ?? '']));
    const outside = sourceFolders(project, folder, rest);
    for (const home of outside) add(reading.outside, folder, home);
    const homes = new Set([folder, ...outside]);
    reading.homes.set(target, new Set([...(reading.homes.get(target) ?? []), ...homes]));
    seeAll(reading, target);
  } else if (/^set_(?:target_|directory_)?propert(?:y|ies)$/.test(name) || !/^[a-z]+$/.test(name)) {
    readKeyed(reading, words, place);
  }
}

/** Makes folders that were named for a target before its sources visible to these sources. */
function seeAll(reading: Reading, target: string): void {
  const homes = [...(reading.homes.get(target) ?? [])];
  const own = reading.offered.get(`\0${target}`) ?? new Set();
  for (const folder of own) {
    for (const home of homes) reading.named.push({ folder, visibleFrom: home, confidence: 1 });
  }
}

/** Reads `INCLUDES a b` and `INTERFACE_INCLUDE_DIRECTORIES a b` among other arguments. */
function readKeyed(reading: Reading, words: readonly string[], place: Place): void {
  let isOpen = false;
  const found: string[] = [];
  for (const word of words) {
    if (folderKey.test(word)) isOpen = true;
    else if (/^[A-Z][A-Z_]+$/.test(word)) isOpen = false;
    else if (isOpen) found.push(word);
  }
  if (found.length > 0) readFolders(reading, words[0] ?? null, ['PUBLIC', ...found], place);
}

function readFolders(
  reading: Reading,
  target: string | null,
  words: readonly string[],
  { folder: from }: Place,
): void {
  let isOffered = false;
  for (const word of words) {
    if (modes.has(word)) {
      if (/^(?:PUBLIC|INTERFACE|PRIVATE)$/.test(word)) isOffered = word !== 'PRIVATE';
      continue;
    }
    const place = placeOf(word, from);
    if (place === 'unread') reading.unread.add(from);
    if (typeof place === 'string') continue;
    const { folder } = place;
    const homes = target === null ? [from] : [from, ...(reading.homes.get(target) ?? [])];
    for (const visibleFrom of new Set(homes)) {
      reading.named.push({ folder, visibleFrom, confidence: 1 });
    }
    if (target === null) {
      add(reading.directories, from, folder);
      continue;
    }
    add(reading.offered, `\0${target}`, folder);
    if (isOffered) add(reading.offered, target, folder);
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}

/**
 * Makes include folders visible to more sources: those of a directory to the sources it builds
 * outside of its folder, those of a library to the sources of targets that link to it.
 */
function passOn(reading: Reading): void {
  for (const [builder, homes] of reading.outside) {
    const around = foldersUpwards(builder).flatMap((each) => [
      ...(reading.directories.get(each) ?? []),
    ]);
    for (const folder of around) {
      for (const visibleFrom of homes) reading.named.push({ folder, visibleFrom, confidence: 1 });
    }
  }
  for (const user of [...reading.linked.keys()]) {
    const homes = user.startsWith('\0') ? [user.slice(1)] : [...(reading.homes.get(user) ?? [])];
    if (homes.length === 0) continue;
    const libraries = new Set(reading.linked.get(user));
    for (const library of libraries) {
      for (const next of reading.linked.get(library) ?? []) libraries.add(next);
      for (const folder of reading.offered.get(library) ?? []) {
        for (const visibleFrom of homes) {
          reading.named.push({ folder, visibleFrom, confidence: 1 });
        }
      }
    }
  }
}
