/** The folders on the module path of a Python file, nearest first. Pure. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, foldersUpwards, isBelow, joinPath, nameOf, stemOf } from '../../paths.ts';
import type { Project } from '../language.ts';
import { anywhereStyle, pathStyle, startStyle } from './dynamic.ts';
import { type Declared, isPythonManifest, readDeclared } from './manifests.ts';

interface PythonProject extends Omit<Declared, 'neighbours'> {
  readonly folder: string;
  /** Folders of other projects that it installs from their path, relative to the repository. */
  readonly neighbours: ReadonlySet<string>;
}

export interface SeenRoots {
  /** Folders that hold packages and modules, nearest first. */
  readonly roots: readonly string[];
  /** Roots that projects declare or have by custom; a relative import cannot climb to them. */
  readonly stated: readonly string[];
  /** Packages whose folder has another name: dotted name to folder. */
  readonly packages: ReadonlyMap<string, string>;
  /**
   * Folders that may also hold a module, because a build file, or what a program puts on the path,
   * could not be read in full.
   */
  guesses(name: string): readonly string[];
  /** Whether a program puts something on the path that could not be read. */
  readonly isComputed: boolean;
}

export interface PythonRoots {
  of(path: string): SeenRoots;
}

export function openPythonRoots(project: Project): PythonRoots {
  const projects = readProjects(project);
  const cache = new Map<string, SeenRoots>();
  let places: ReadonlyMap<string, readonly string[]> | null = null;
  return {
    of(path) {
      const folder = folderOf(path);
      const known = cache.get(folder) ?? rootsOf(project, projects, path);
      cache.set(folder, known);
      const facts = pathFacts(project, path);
      if (facts.length === 0) return known;
      const seen = { ...known, roots: withAdded(known.roots, addedTo(project, facts)) };
      if (facts.every(({ fact }) => fact.style !== anywhereStyle)) return seen;
      places ??= placesOfModules(project);
      const all = places;
      const guesses = (name: string) => [
        ...new Set([...known.guesses(name), ...(all.get(name) ?? [])]),
      ];
      return { ...seen, guesses, isComputed: true };
    },
  };
}

/** Whether a fact says what is on the module path, and is no import. */
export function isOnPath({ style }: ImportFact): boolean {
  return style === pathStyle || style === startStyle || style === anywhereStyle;
}

/**
 * What is put on the path before a file's imports: by the file, by the modules beside it that it
 * imports, and by each conftest.py around it, which pytest runs first.
 */
function pathFacts(project: Project, path: string): { from: string; fact: ImportFact }[] {
  const folder = folderOf(path);
  const factsOf = (from: string) => project.files.get(from)?.facts.imports ?? [];
  const beside = factsOf(path).map(({ specifier }) => below(folder, `${specifier}.py`));
  const around = foldersUpwards(folder).map((each) => below(each, 'conftest.py'));
  return [...new Set([path, ...beside, ...around])].flatMap((from) =>
    factsOf(from).flatMap((fact) => (isOnPath(fact) ? [{ from, fact }] : [])),
  );
}

function addedTo(project: Project, facts: ReturnType<typeof pathFacts>): readonly string[] {
  return facts.flatMap(({ from, fact }) => {
    if (fact.style === anywhereStyle) return [];
    const place = joinPath(fact.style === startStyle ? '' : folderOf(from), fact.specifier);
    return place !== null && project.folders.has(place) ? [place] : [];
  });
}

/** The folders outside of packages that hold a module or package of each name. */
function placesOfModules(project: Project): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const path of project.files.keys()) {
    if (!/\.py$/.test(path)) continue;
    const isInit = nameOf(path) === '__init__.py';
    const name = isInit ? nameOf(folderOf(path)) : stemOf(path);
    const folder = isInit ? folderOf(folderOf(path)) : folderOf(path);
    if (name !== '' && !isPackage(project, folder)) append(places, name, folder);
  }
  return places;
}

/** The file's own folder stays first: what else is there may be put before or behind the rest. */
function withAdded(roots: readonly string[], added: readonly string[]): readonly string[] {
  const [own = '', ...others] = roots;
  return [...new Set([own, ...added, ...others])];
}

function rootsOf(
  project: Project,
  projects: ReadonlyMap<string, PythonProject>,
  path: string,
): SeenRoots {
  const folder = folderOf(path);
  const around = foldersUpwards(folder).flatMap((candidate) => projects.get(candidate) ?? []);
  // Python itself puts a script's folder on the path; pytest puts the topmost package's parent.
  const own = packageParent(project, path) ?? folder;
  const siblings = [...projects.values()].filter(
    (other) => !around.includes(other) && around.some((inner) => sees(inner, other)),
  );
  const all = [...around, ...siblings];
  const stated = all.flatMap(({ roots }) => roots);
  // The nearest project decides which folder a name means: later entries of a map win.
  const packages = new Map([...all].reverse().flatMap((each) => [...each.packages]));
  const unread = around.filter(({ isRead }) => !isRead);
  const guessed = unread.length === 0 ? [] : packageParents(project, unread);
  return {
    roots: [...new Set([own, ...stated])],
    stated,
    packages,
    guesses: () => guessed,
    isComputed: false,
  };
}

function sees(own: PythonProject, other: PythonProject): boolean {
  return (other.name !== '' && own.requires.has(other.name)) || own.neighbours.has(other.folder);
}

/** Projects by folder: every folder with a manifest, and the repository's root. */
function readProjects(project: Project): Map<string, PythonProject> {
  const manifests = new Map<string, ParsedFile[]>([['', []]]);
  for (const file of project.files.values()) {
    if (file.manifest === null || !isPythonManifest(file.path)) continue;
    const folder = folderOf(file.path);
    manifests.set(folder, [...(manifests.get(folder) ?? []), file]);
  }
  const folders = [...manifests.keys()].sort(compareText);
  return new Map(
    folders.map((folder) => [folder, readProject(project, folder, manifests.get(folder) ?? [])]),
  );
}

function readProject(
  project: Project,
  folder: string,
  manifests: readonly ParsedFile[],
): PythonProject {
  const declared = readDeclared(manifests);
  const placeOf = (relative: string) => joinPath(folder, relative);
  const custom = folder === '' || declared.isProject ? ['src', ''] : [];
  const roots = [...declared.roots, ...custom]
    .map(placeOf)
    .filter((root): root is string => root !== null)
    .filter((root) => root === folder || (isBelow(root, folder) && project.folders.has(root)));
  const packages = [...declared.packages].flatMap(([name, relative]): [string, string][] => {
    const place = placeOf(relative);
    return place === null ? [] : [[name, place]];
  });
  return {
    ...declared,
    folder,
    roots: [...new Set(roots)],
    packages: new Map(packages),
    neighbours: new Set([...declared.neighbours].flatMap((relative) => placeOf(relative) ?? [])),
  };
}

/** Folder that holds the topmost package around a file; null if the file is in no package. */
function packageParent(project: Project, path: string): string | null {
  let parent: string | null = null;
  for (const folder of foldersUpwards(folderOf(path))) {
    if (!isPackage(project, folder) || folder === '') break;
    parent = folderOf(folder);
  }
  return parent;
}

function isPackage(project: Project, folder: string): boolean {
  return ['__init__.py', '__init__.pyi'].some((name) => project.files.has(below(folder, name)));
}

/** The parent folders of all topmost packages in the given projects. */
function packageParents(project: Project, projects: readonly PythonProject[]): string[] {
  const parents = new Set<string>();
  for (const folder of project.folders) {
    if (folder === '' || !projects.some((each) => isBelow(folder, each.folder))) continue;
    const parent = folderOf(folder);
    if (isPackage(project, folder) && !isPackage(project, parent)) parents.add(parent);
  }
  return [...parents].sort(compareText);
}
