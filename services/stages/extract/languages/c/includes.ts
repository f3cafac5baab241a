/**
 * Where C and C++ find headers. A quoted include looks in the file's own folder, then in include
 * folders; an angled one in include folders only. Include folders are those that build files name
 * (-I, include_directories), and folders called `include` for what lies beside or below them. Pure.
 */
import { compareText } from '../../../../../schemas/compare-text.ts';
import type { ImportFact, ParsedFile } from '../../facts/facts.ts';
import { extensionOf, folderOf, foldersUpwards, isBelow, joinPath, nameOf } from '../../paths.ts';
import { emptyResolution, linkOf, type Project, type Resolution } from '../language.ts';

/** Folders that projects put their own headers' names relative to. */
const conventional = ['include', 'inc', 'src', ''];
const conventionalConfidence = 0.9;

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

const buildFiles = new Set([
  'cmakelists.txt',
  'makefile',
  'gnumakefile',
  'makefile.am',
  'meson.build',
  'setup.py',
  'binding.gyp',
]);

/** How build files name the folder they lie in. */
const ownFolder =
  /^\$[{(](?:(?:CMAKE_CURRENT|PROJECT|CMAKE)_SOURCE_DIR|srcdir|top_srcdir|CURDIR)[})]/;

/** How CMake names the folder of `project(NAME)`. */
const projectFolder = /^\$\{(\w+)_SOURCE_DIR\}\/?/;

interface IncludeFolder {
  readonly folder: string;
  /** Only files at or below this see it. */
  readonly visibleFrom: string;
  readonly confidence: number;
}

export function isCManifest(path: string): boolean {
  return buildFiles.has(nameOf(path).toLowerCase()) || /^\.(?:cmake|mk)$/.test(extensionOf(path));
}

export function openIncludeResolver(project: Project) {
  const folders = readIncludeFolders(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const visible = folders.filter(({ visibleFrom }) => isBelow(file.path, visibleFrom));
    const search = { project, file, folders: visible };
    for (const fact of file.facts.imports) addInclude(search, fact, resolution);
    return resolution;
  };
}

interface Search {
  readonly project: Project;
  readonly file: ParsedFile;
  /** The include folders that the file sees, in the order in which they are looked into. */
  readonly folders: readonly IncludeFolder[];
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
  if (style === 'angle' || standard.has(specifier) || isForeign(search, specifier)) {
    resolution.externals.push(specifier);
  } else resolution.unresolved.push({ specifier, reason: 'no such header in an include folder' });
}

function findIn({ project }: Search, folder: string, specifier: string): string | null {
  const path = joinPath(folder, specifier);
  return path !== null && project.files.has(path) ? path : null;
}

/** `src` and the root serve quoted includes only: an angled one means an installed header. */
function servesAngled({ folder, confidence }: IncludeFolder): boolean {
  return confidence === 1 || /(?:^|\/)inc(?:lude)?$/.test(folder);
}

/** A quoted `"gtest/gtest.h"` with no `gtest` folder in reach is somebody else's. */
function isForeign({ project, file, folders }: Search, specifier: string): boolean {
  const [first = '', ...rest] = specifier.split('/');
  if (rest.length === 0 || first === '..') return false;
  const reach = [folderOf(file.path), ...folders.map(({ folder }) => folder)];
  return !reach.some((folder) => project.folders.has(joinPath(folder, first) ?? ''));
}

/** Named ones first, then nearest first; those that one file names in its order. */
function readIncludeFolders(project: Project): IncludeFolder[] {
  const found: IncludeFolder[] = [];
  const projects = readProjects(project);
  for (const file of project.files.values()) {
    if (file.manifest === null || !isCManifest(file.path)) continue;
    const visibleFrom = folderOf(file.path);
    for (const { base, relative } of namedFolders(file.manifest, projects)) {
      const folder = joinPath(base ?? visibleFrom, relative);
      if (folder === null || !project.folders.has(folder)) continue;
      found.push({ folder, visibleFrom, confidence: 1 });
    }
  }
  const parents = new Set<string>(['']);
  for (const folder of project.folders) {
    if (/^(?:include|inc|src)$/.test(nameOf(folder))) parents.add(folderOf(folder));
  }
  for (const parent of parents) {
    for (const name of conventional) {
      const folder = joinPath(parent, name);
      if (folder === null || !project.folders.has(folder)) continue;
      found.push({ folder, visibleFrom: parent, confidence: conventionalConfidence });
    }
  }
  const depth = (folder: string) => foldersUpwards(folder).length;
  const byCustom = (a: IncludeFolder, b: IncludeFolder) =>
    conventional.indexOf(nameOf(a.folder)) - conventional.indexOf(nameOf(b.folder)) ||
    compareText(a.folder, b.folder);
  return found.sort(
    (a, b) =>
      b.confidence - a.confidence ||
      depth(b.visibleFrom) - depth(a.visibleFrom) ||
      (a.confidence === 1 ? 0 : byCustom(a, b)),
  );
}

/** Folders of CMake's projects by their names. */
function readProjects(project: Project): Map<string, string> {
  const projects = new Map<string, string>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || nameOf(path) !== 'CMakeLists.txt') continue;
    const name = /^[ \t]*project[ \t]*\(\s*"?([\w-]+)/im.exec(manifest)?.[1];
    if (name !== undefined && !projects.has(name)) projects.set(name, folderOf(path));
  }
  return projects;
}

/** A folder as written; `base` is where it starts when that is not the build file's own folder. */
interface NamedFolder {
  readonly base: string | null;
  readonly relative: string;
}

/** Folders after -I and in the include lists of CMake, gyp, meson and setup.py. */
function namedFolders(text: string, projects: ReadonlyMap<string, string>): NamedFolder[] {
  const flags = [...text.matchAll(/(?:^|[\s"'=])-I\s*["']?([\w./${}()-]+)/g)].map((m) => m[1]);
  const bare = text.replaceAll(/(?<=^|\s)#[^\n]*/g, '');
  const lists = [
    ...bare.matchAll(/\b(?:target_)?include_directories\s*\(([^)]*)\)/gi),
    ...bare.matchAll(/\binclude_dirs["']?\s*[:=]\s*\[([^\]]*)\]/g),
  ].flatMap((match) => (match[1] ?? '').split(/[\s,"']+/));
  return [...flags, ...lists]
    .map((word) => (word ?? '').replaceAll(/\$<[^:>]*:|>$/g, ''))
    .map((word): NamedFolder => {
      const base = projects.get(projectFolder.exec(word)?.[1] ?? '');
      if (base === undefined) return { base: null, relative: word.replace(ownFolder, '.') };
      return { base, relative: `./${word.replace(projectFolder, '')}` };
    })
    .filter(
      ({ relative }) =>
        /^[\w./-]+$/.test(relative) && !relative.startsWith('/') && !/^[A-Z_]+$/.test(relative),
    );
}
