/**
 * Where C and C++ find headers. A quoted include looks in the file's own folder, then in include
 * folders; an angled one in include folders only. Include folders are those that build files name
 * (make.ts, cmake.ts, lists.ts), and folders called `include` for what lies beside or below them.
 * Pure.
 */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { folderOf, foldersUpwards, isBelow, joinPath, nameOf } from '../../paths.ts';
import { emptyResolution, linkOf, type Project, type Resolution } from '../language.ts';
import { isCmakeFile, readCmake } from './cmake.ts';
import { isListFile, readLists } from './lists.ts';
import { isMakeFile, readMake } from './make.ts';
import type { BuildFolders } from './named-folders.ts';

/** Folders that projects put their own headers' names relative to. */
const conventional = ['include', 'inc', 'src', ''];
const conventionalConfidence = 0.9;
/** The only file of that name, where some include folder is not understood. */
const guessedConfidence = 0.6;

/** Headers of the language itself: never a file of the repository when in angle brackets. */
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
  /** Only files at or below this see it. */
  readonly visibleFrom: string;
  readonly confidence: number;
  /** Whether a build file names it. */
  readonly isNamed: boolean;
}

export function isCManifest(path: string): boolean {
  return isMakeFile(path) || isCmakeFile(path) || isListFile(path);
}

export function openIncludeResolver(project: Project) {
  const { folders, unread } = readIncludeFolders(project);
  const byName = openNames(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const visible = folders.filter(({ visibleFrom }) => isBelow(file.path, visibleFrom));
    const isUnread = unread.some((folder) => isBelow(file.path, folder));
    const search = { project, file, folders: visible, byName: isUnread ? byName : null };
    for (const fact of file.facts.imports) addInclude(search, fact, resolution);
    return resolution;
  };
}

/** Files by their names; made when first asked. */
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
  /** The include folders that the file sees, in the order in which they are looked into. */
  readonly folders: readonly IncludeFolder[];
  /** Files by name, where a build file names a folder that is not understood. */
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

/** Files that a folder which is not understood could make a header of. */
function guessesOf({ byName }: Search, specifier: string): readonly string[] {
  const plain = specifier.replace(/^(?:\.{1,2}\/)+/, '');
  const named = byName?.(nameOf(plain)) ?? [];
  return named.filter((path) => path === plain || path.endsWith(`/${plain}`));
}

function findIn({ project }: Search, folder: string, specifier: string): string | null {
  const path = joinPath(folder, specifier);
  return path !== null && project.files.has(path) ? path : null;
}

/** `src` and the root serve quoted includes only: an angled one means an installed header. */
function servesAngled({ folder, isNamed }: IncludeFolder): boolean {
  return isNamed || /(?:^|\/)inc(?:lude)?$/.test(folder);
}

/** A quoted `"gtest/gtest.h"` with no `gtest` folder in reach is somebody else's. */
function isForeign({ project, file, folders }: Search, specifier: string): boolean {
  const [first = '', ...rest] = specifier.split('/');
  if (rest.length === 0 || first === '..') return false;
  const reach = [folderOf(file.path), ...folders.map(({ folder }) => folder)];
  return !reach.some((folder) => project.folders.has(joinPath(folder, first) ?? ''));
}

/** Named ones first, then nearest first; those that one file names in its order. */
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
  const depth = (folder: string) => foldersUpwards(folder).length;
  const byCustom = (a: IncludeFolder, b: IncludeFolder) =>
    conventional.indexOf(nameOf(a.folder)) - conventional.indexOf(nameOf(b.folder)) ||
    compareText(a.folder, b.folder);
  const folders = found.sort(
    (a, b) =>
      Number(b.isNamed) - Number(a.isNamed) ||
      b.confidence - a.confidence ||
      depth(b.visibleFrom) - depth(a.visibleFrom) ||
      (a.isNamed ? 0 : byCustom(a, b)),
  );
  return { folders, unread: builds.flatMap(({ unread }) => unread) };
}

/** All build files; CMake's are read together, because they enter each other. */
function readBuilds(project: Project): BuildFolders[] {
  const builds = [readCmake(project)];
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null) continue;
    if (isMakeFile(path)) builds.push(readMake(project, path));
    else if (isListFile(path)) builds.push(readLists(project, path));
  }
  return builds;
}
