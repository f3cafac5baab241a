/**
 * Where C and C++ find headers: a quoted include in the file's own folder, then in include folders;
 * an angled include in include folders only. Include folders are those that build files name
 * (make.ts, cmake.ts, lists.ts), then conventional ones: `include`, `inc`, `src` and the folder
 * that holds these, for files at or below that folder. Pure.
 */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { folderOf, foldersUpwards, joinPath, nameOf } from '../../paths.ts';
import { emptyResolution, linkOf, type Project, type Resolution } from '../language.ts';
import { isCmakeFile, readCmake } from './cmake.ts';
import { isListFile, readLists } from './lists.ts';
import { isMakeFile, openMakeReader } from './make.ts';
import type { BuildFolders } from './named-folders.ts';

/** Folders that a project's includes are usually relative to; `''` is the folder around them. */
const conventional = ['include', 'inc', 'src', ''];
const conventionalConfidence = 0.9;
/** For the only file whose path ends in the include, if an include folder is not understood. */
const guessedConfidence = 0.6;

/** Standard and system headers; in angle brackets they never mean a file of the repository. */
const standard = new Set(
  (
    'assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal ' +
    'stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath ' +
    'threads time uchar wchar wctype unistd pthread fcntl dirent poll netdb windows'
  )
    .split(' ')
    .map((name) => `${name}.h`),
);

interface IncludeFolder {
  readonly folder: string;
  /** Only files at or below this folder search the include folder. */
  readonly visibleFrom: string;
  readonly confidence: number;
  /** Whether a build file names it. */
  readonly isNamed: boolean;
}

export function isCManifest(path: string): boolean {
  return isMakeFile(path) || isCmakeFile(path) || isListFile(path);
}

export function openIncludeResolver(project: Project) {
  const visibleIn = openVisible(project);
  const byName = openNames(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const { folders, isUnread } = visibleIn(folderOf(file.path));
    const search = { project, file, folders, byName: isUnread ? byName : null };
    for (const fact of file.facts.imports) addInclude(search, fact, resolution);
    return resolution;
  };
}

interface Visible {
  /** Include folders in search order. */
  readonly folders: readonly IncludeFolder[];
  /** Whether a build file names an include folder here that is not understood. */
  readonly isUnread: boolean;
}

/** Returns a lookup of what the files of a folder see. */
function openVisible(project: Project): (folder: string) => Visible {
  const { folders, unread } = readIncludeFolders(project);
  const unreadFolders = new Set(unread);
  const ranked = folders.map((folder, rank) => ({ folder, rank }));
  const byPlace = Map.groupBy(ranked, ({ folder }) => folder.visibleFrom);
  const known = new Map<string, Visible>();
  const read = (folder: string): Visible => {
    const around = foldersUpwards(folder);
    const seen = around.flatMap((above) => byPlace.get(above) ?? []);
    return {
      folders: seen.sort((a, b) => a.rank - b.rank).map((each) => each.folder),
      isUnread: around.some((above) => unreadFolders.has(above)),
    };
  };
  return (folder) => {
    const visible = known.get(folder) ?? read(folder);
    known.set(folder, visible);
    return visible;
  };
}

/** Returns a lookup of files by their names; the index is built at the first call. */
function openNames(project: Project): (name: string) => readonly string[] {
  let names: Map<string, string[]> | null = null;
  return (name) => {
    if (names === null) {
      names = new Map();
      for (const path of project.files.keys()) append(names, nameOf(path), path);
    }
    return names.get(name) ?? [];
  };
}

interface Search {
  readonly project: Project;
  readonly file: ParsedFile;
  /** The include folders that the file sees, in search order. */
  readonly folders: readonly IncludeFolder[];
  /** Looks up files by name; null unless an include folder for the file is not understood. */
  readonly byName: ((name: string) => readonly string[]) | null;
}

function addInclude(search: Search, fact: ImportFact, resolution: Resolution): void {
  const { specifier, style } = fact;
  const own = search.file.path;
  const beside = style === 'quoted' ? findIn(search, folderOf(own), specifier) : null;
  if (beside !== null) {
    if (beside !== own) resolution.links.push(linkOf(fact, beside));
    return;
  }
  if (style === 'angle' && (standard.has(specifier) || !/[./]/.test(specifier))) {
    resolution.externals.push(specifier);
    return;
  }
  const usable = style === 'quoted' ? search.folders : search.folders.filter(servesAngled);
  for (const { folder, confidence } of usable) {
    const to = findIn(search, folder, specifier);
    if (to === null || to === own) continue;
    resolution.links.push(linkOf(fact, to, { confidence }));
    return;
  }
  const guessed = standard.has(specifier) ? [] : guessesOf(search, specifier);
  const [only] = guessed;
  const reason = 'a build file names an include folder that is not understood';
  if (style === 'quoted' && only !== undefined && guessed.length === 1) {
    if (only !== own) resolution.links.push(linkOf(fact, only, { confidence: guessedConfidence }));
  } else if (guessed.length > 0) resolution.unresolved.push({ specifier, reason });
  else if (style === 'angle' || standard.has(specifier) || isForeign(search, specifier)) {
    resolution.externals.push(specifier);
  } else resolution.unresolved.push({ specifier, reason: 'no such header in an include folder' });
}

/** Returns the files that the include could mean if the folder that is not understood has them. */
function guessesOf({ byName }: Search, specifier: string): readonly string[] {
  const plain = specifier.replace(/^(?:\.{1,2}\/)+/, '');
  const named = byName?.(nameOf(plain)) ?? [];
  return named.filter((path) => path === plain || path.endsWith(`/${plain}`));
}

function findIn({ project }: Search, folder: string, specifier: string): string | null {
  const path = joinPath(folder, specifier);
  return path !== null && project.files.has(path) ? path : null;
}

/**
 * Whether angled includes search a folder. Of the conventional folders only `include` and `inc` do:
 * an angled include of a header elsewhere means an installed one.
 */
function servesAngled({ folder, isNamed }: IncludeFolder): boolean {
  return isNamed || /(?:^|\/)inc(?:lude)?$/.test(folder);
}

/** Whether a quoted include is external: `"gtest/gtest.h"` with no folder `gtest` in reach. */
function isForeign({ project, file, folders }: Search, specifier: string): boolean {
  const [first = '', ...rest] = specifier.split('/');
  if (rest.length === 0 || first === '..') return false;
  const reach = [folderOf(file.path), ...folders.map(({ folder }) => folder)];
  return !reach.some((folder) => project.folders.has(joinPath(folder, first) ?? ''));
}

/**
 * Returns the include folders in search order: those that build files name, then conventional ones;
 * in both, higher confidence first, then the nearest. Folders of one build file keep its order.
 */
function readIncludeFolders(project: Project): {
  readonly folders: IncludeFolder[];
  readonly unread: readonly string[];
} {
  const builds = readBuilds(project);
  const found: IncludeFolder[] = [];
  const known = new Set<string>();
  for (const named of builds.flatMap((build) => build.named)) {
    const key = `${named.visibleFrom}\0${named.folder}`;
    if (known.has(key) || !project.folders.has(named.folder)) continue;
    known.add(key);
    found.push({ ...named, isNamed: true });
  }
  const parents = new Set<string>(['']);
  for (const folder of project.folders) {
    if (/^(?:include|inc|src)$/.test(nameOf(folder))) parents.add(folderOf(folder));
  }
  for (const parent of parents) {
    for (const name of conventional) {
      const folder = joinPath(parent, name);
      if (folder === null || !project.folders.has(folder)) continue;
      const confidence = conventionalConfidence;
      found.push({ folder, visibleFrom: parent, confidence, isNamed: false });
    }
  }
  const depths = new Map(found.map(({ visibleFrom: at }) => [at, foldersUpwards(at).length]));
  const depth = ({ visibleFrom }: IncludeFolder) => depths.get(visibleFrom) ?? 0;
  const byCustom = (a: IncludeFolder, b: IncludeFolder) =>
    conventional.indexOf(nameOf(a.folder)) - conventional.indexOf(nameOf(b.folder)) ||
    compareText(a.folder, b.folder);
  const folders = found.sort(
    (a, b) =>
      Number(b.isNamed) - Number(a.isNamed) ||
      b.confidence - a.confidence ||
      depth(b) - depth(a) ||
      (a.isNamed ? 0 : byCustom(a, b)),
  );
  return { folders, unread: builds.flatMap(({ unread }) => unread) };
}

/** Reads all build files; those of CMake together, because they include each other. */
function readBuilds(project: Project): BuildFolders[] {
  const builds = [readCmake(project)];
  const readMake = openMakeReader(project);
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null) continue;
    if (isMakeFile(path)) builds.push(readMake(path));
    else if (isListFile(path)) builds.push(readLists(project, path));
  }
  return builds;
}
