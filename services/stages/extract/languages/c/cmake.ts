/**
 * Reads the include folders that CMake files set for directories and targets. Follows variables,
 * included files and subdirectories; cmake-targets.ts says which sources see the folders. Pure.
 */
import { below, folderOf, nameOf } from '../../paths.ts';
import { type Budget, openBudget } from '../budget.ts';
import type { Project } from '../language.ts';
import { type CmakeCommand, type CmakeValues, openValues, readCommands } from './cmake-commands.ts';
import { openTargets, type Targets } from './cmake-targets.ts';
import { type BuildFolders, fromTop, placeOf, unknown } from './named-folders.ts';
import { sourceFolders } from './sources.ts';

export function isCmakeFile(path: string): boolean {
  return nameOf(path) === 'CMakeLists.txt' || path.endsWith('.cmake');
}

const filesMax = 4096;
const depthMax = 32;
/** Characters read and made, and what steps weigh, for all list files of a repository. */
const workMax = 2 ** 28;
/** A file that is read counts as this many characters at least, so one is read 65,536 times. */
const fileWeight = 4096;

interface Reading {
  readonly project: Project;
  readonly projects: ReadonlyMap<string, string>;
  readonly budget: Budget;
  readonly unread: Set<string>;
  readonly visited: Set<string>;
  readonly commands: Map<string, readonly CmakeCommand[]>;
  readonly targets: Targets;
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
  const budget = openBudget(workMax);
  const reading: Reading = {
    project,
    projects: readProjects(project),
    budget,
    unread: new Set(),
    visited: new Set(),
    commands: new Map(),
    targets: openTargets(project.folders, budget),
  };
  // Outer folders come first, so that the subdirectories they add inherit their variables.
  const depthOf = (path: string) => path.split('/').length;
  for (const path of lists.sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1))) {
    if (!reading.visited.has(path)) readTree(reading, path);
  }
  const named = reading.targets.folders();
  // What was not read could be of any folder.
  if (budget.isSpent) reading.unread.add('');
  return { named, unread: [...reading.unread] };
}

function readTree(reading: Reading, path: string): void {
  const folder = folderOf(path);
  const values = openValues(reading.budget);
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
  const file = reading.project.files.get(path);
  const { values, folder, depth } = place;
  if (depth > depthMax || reading.visited.size > filesMax) {
    if (file !== undefined && !reading.visited.has(path)) reading.unread.add(folder);
    return;
  }
  const text = file?.manifest ?? null;
  if (text === null || !reading.budget.take(Math.max(fileWeight, text.length))) return;
  reading.visited.add(path);
  const commands = reading.commands.get(path) ?? readCommands(text);
  reading.commands.set(path, commands);
  values.set('CMAKE_CURRENT_SOURCE_DIR', fromTop(folder));
  values.set('CMAKE_CURRENT_LIST_DIR', fromTop(folderOf(path)));
  for (const { name, args } of commands) {
    if (reading.budget.isSpent) return;
    if (args.some((word) => word.includes('-I'))) readFlags(reading, values.words(args), place);
    const change = changes[name];
    if (change !== undefined) change(values, args, place);
    else readCommand(reading, name, values.words(args), place);
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
    const words = values.words(end < 0 ? rest : rest.slice(0, end));
    values.setList(values.expand(name), words);
  },
  list(values, [operation = '', name = '', ...rest]) {
    if (!/^(?:APPEND|PREPEND)$/.test(operation)) return;
    const words = [values.get(name) ?? '', ...values.words(rest)];
    values.setList(
      name,
      words.filter((word) => word !== ''),
    );
  },
  foreach(values, [name = '', ...rest]) {
    const words = values.words(rest.filter((word) => !/^(?:IN|LISTS|ITEMS)$/.test(word)));
    const isLists = rest.includes('LISTS');
    values.setList(name, isLists ? words.map((word) => values.get(word) ?? word) : words);
  },
  get_filename_component(values, [name = '', path = '', mode = '']) {
    const [full = ''] = values.words([path]);
    if (/^(?:DIRECTORY|PATH)$/.test(mode)) values.set(name, full.replace(/\/[^/]*\/?$/, ''));
    else values.set(name, /^(?:ABSOLUTE|REALPATH)$/.test(mode) ? full : unknown(name));
  },
  project(values, [name = ''], { folder }) {
    values.set('PROJECT_SOURCE_DIR', fromTop(folder));
    values.set(`${values.expand(name)}_SOURCE_DIR`, fromTop(folder));
  },
};

function include(reading: Reading, [word = '']: readonly string[], place: Place): void {
  const target = placeOf(word, place.folder);
  if (typeof target === 'string') return;
  readFile(reading, target.folder, { ...place, depth: place.depth + 1 });
}

function addSubdirectory(reading: Reading, [word = '']: readonly string[], place: Place): void {
  const target = placeOf(word, place.folder);
  if (typeof target === 'string') return;
  const path = below(target.folder, 'CMakeLists.txt');
  if (reading.visited.has(path) || !reading.project.files.has(path)) return;
  const values = place.values.copy();
  readFile(reading, path, { folder: target.folder, values, depth: place.depth + 1 });
}

const openers = /^(?:target_|)include_directories$/;
const modes = new Set(['PUBLIC', 'PRIVATE', 'INTERFACE', 'SYSTEM', 'BEFORE', 'AFTER']);
/** Keywords that by convention precede include folders in a project's own commands. */
const folderKey = /^(?:(?:PUBLIC|PRIVATE|PRIV|INTERFACE)_)?INCLUDES?(?:_DIR(?:S|ECTORIES)?)?$/;

function readCommand(reading: Reading, name: string, words: readonly string[], place: Place): void {
  const { project, targets } = reading;
  const { folder } = place;
  if (name === 'include') include(reading, words, place);
  else if (name === 'add_subdirectory') addSubdirectory(reading, words, place);
  else if (openers.test(name)) {
    const [target, rest] =
      name === 'include_directories' ? [null, words] : [words[0], words.slice(1)];
    readFolders(reading, target ?? null, rest, place);
  } else if (name === 'target_link_libraries') {
    const [target = '', ...libraries] = words.filter((word) => !modes.has(word));
    targets.link(target, folder, libraries);
  } else if (/^add_(?:library|executable)$|^target_sources$/.test(name)) {
    const [target = '', ...rest] = words;
    if (rest[0] === 'ALIAS') targets.alias(target, rest[1] ?? '');
    targets.build(target, folder, sourceFolders(project, folder, rest));
  } else if (/^set_(?:target_|directory_)?propert(?:y|ies)$/.test(name) || !/^[a-z]+$/.test(name)) {
    readKeyed(reading, words, place);
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
  { targets, unread }: Reading,
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
    if (place === 'unread') unread.add(from);
    if (typeof place === 'string') continue;
    if (target === null) targets.addToDirectory(from, place.folder);
    else targets.addTo(target, from, place.folder, isOffered);
  }
}
