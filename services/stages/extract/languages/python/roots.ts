/** The folders on the module path of a Python file, nearest first. Pure. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import type { ImportFact, ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, foldersUpwards, isBelow, joinPath } from '../../paths.ts';
import type { Project } from '../language.ts';
import { pathStyle, startStyle } from './dynamic.ts';
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
  /** Folders that may also hold packages, because a build file could not be read in full. */
  readonly guesses: readonly string[];
}

export interface PythonRoots {
  of(path: string): SeenRoots;
}

export function openPythonRoots(project: Project): PythonRoots {
  const projects = readProjects(project);
  const cache = new Map<string, SeenRoots>();
  return {
    of(path) {
      const folder = folderOf(path);
      const known = cache.get(folder) ?? rootsOf(project, projects, path);
      cache.set(folder, known);
      const added = addedTo(project, path);
      return added.length === 0 ? known : { ...known, roots: withAdded(known.roots, added) };
    },
  };
}

/** Whether a fact says what is on the module path, and is no import. */
export function isOnPath({ style }: ImportFact): boolean {
  return style === pathStyle || style === startStyle;
}

/** Folders that the file, or a conftest.py around it, which pytest runs first, puts on the path. */
function addedTo(project: Project, path: string): readonly string[] {
  const around = foldersUpwards(folderOf(path)).map((folder) => below(folder, 'conftest.py'));
  return [path, ...around].flatMap((from) =>
    (project.files.get(from)?.facts.imports ?? []).flatMap((fact) => {
      if (!isOnPath(fact)) return [];
      const place = joinPath(fact.style === startStyle ? '' : folderOf(from), fact.specifier);
      return place !== null && project.folders.has(place) ? [place] : [];
    }),
  );
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
  return {
    roots: [...new Set([own, ...stated])],
    stated,
    packages,
    guesses: unread.length === 0 ? [] : packageParents(project, unread),
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
