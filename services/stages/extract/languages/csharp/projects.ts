/**
 * Projects of .NET. A file belongs to the nearest .csproj above it. It sees its own project, the
 * projects that this one references, and those that they reference in turn. Pure.
 */
import { openGlob } from '../../../../runtime/glob.ts';
import { folderOf, foldersUpwards, isBelow } from '../../paths.ts';
import type { Project } from '../language.ts';
import { type Evaluated, openEvaluator } from './msbuild.ts';

export interface Projects {
  /** Returns those of `files` that `from` can see; if its own project has some, only these. */
  visible(files: readonly string[], from: string): readonly string[];
  /** Returns the folder of the project that a file belongs to; null if it belongs to none. */
  of(path: string): string | null;
  /** Whether a file is seen only because a reference of the project of `from` is not understood. */
  isGuess(path: string, from: string): boolean;
  /** Returns the namespaces that `<Using Include="A.B" />` opens in the project of a file. */
  usings(from: string): readonly string[];
}

interface Manifest {
  /** Folders of referenced projects. */
  readonly references: readonly string[];
  /** Folders and files outside of the project's folder that are compiled into the project. */
  readonly linked: readonly string[];
  readonly usings: readonly string[];
  /** Whether the project may reference others that `references` lacks. */
  readonly isOpen: boolean;
}

export function openProjects(project: Project): Projects {
  const manifests = readManifests(project);
  const folders = new Map<string, string | null>();
  const projectOf = (path: string): string | null => {
    const folder = folderOf(path);
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const found = foldersUpwards(folder).find((above) => manifests.has(above)) ?? null;
    folders.set(folder, found);
    return found;
  };
  const reaches = new Map<string, ReadonlySet<string>>();
  const reachOf = (folder: string): ReadonlySet<string> => {
    const reach = reaches.get(folder) ?? reachable(folder, manifests);
    reaches.set(folder, reach);
    return reach;
  };

  const opens = new Map<string, boolean>();
  const isOpen = (folder: string) => {
    const known =
      opens.get(folder) ??
      [...reachOf(folder)].some((each) => manifests.get(each)?.isOpen === true);
    opens.set(folder, known);
    return known;
  };
  const isReached = (path: string, own: string) => {
    const other = projectOf(path);
    const linked = manifests.get(own)?.linked ?? [];
    return other === null || reachOf(own).has(other) || linked.some((each) => isBelow(path, each));
  };

  return {
    of: projectOf,
    isGuess(path, from) {
      const own = projectOf(from);
      return own !== null && !isReached(path, own);
    },
    usings: (from) => {
      const own = projectOf(from);
      return own === null ? [] : (manifests.get(own)?.usings ?? []);
    },
    visible(files, from) {
      const own = projectOf(from);
      if (own === null) return files;
      const seen = files.filter((path) => isReached(path, own));
      const inside = seen.filter((path) => projectOf(path) === own);
      if (inside.length > 0) return inside;
      // A reference that is not understood may lead to any project.
      return seen.length === 0 && isOpen(own) ? files : seen;
    },
  };
}

function reachable(folder: string, manifests: ReadonlyMap<string, Manifest>): ReadonlySet<string> {
  const reach = new Set([folder]);
  for (const each of reach) {
    for (const next of manifests.get(each)?.references ?? []) reach.add(next);
  }
  return reach;
}

function joined(a: Manifest, b: Manifest): Manifest {
  return {
    references: [...a.references, ...b.references],
    linked: [...a.linked, ...b.linked],
    usings: [...a.usings, ...b.usings],
    isOpen: a.isOpen || b.isOpen,
  };
}

/** Manifests by folder; several of one folder count as one. */
function readManifests(project: Project): Map<string, Manifest> {
  const manifests = new Map<string, Manifest>();
  const evaluate = openEvaluator(project);
  const find = openProjectFinder(project);
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || !path.endsWith('.csproj')) continue;
    const folder = folderOf(path);
    const own = readManifest(path, evaluate(path), find);
    const known = manifests.get(folder);
    manifests.set(folder, known === undefined ? own : joined(known, own));
  }
  return manifests;
}

function readManifest(path: string, { items, unread }: Evaluated, find: Finder): Manifest {
  const folder = folderOf(path);
  const of = (element: string) => items.get(element) ?? [];
  const outside = of('Compile').filter((each) => !isBelow(each, folder));
  return {
    references: of('ProjectReference').flatMap(find),
    linked: outside.map((each) => each.replace(/\/?[^/]*[*][\s\S]*$/, '')),
    usings: of('Using').filter((name) => /^[\w.]+$/.test(name)),
    isOpen: unread.has('ProjectReference'),
  };
}

/** Returns the folders of referenced projects. */
type Finder = (path: string) => readonly string[];

/** A wildcard means every project that matches; each is searched for once. */
function openProjectFinder(project: Project): Finder {
  const paths = [...project.files.keys()].filter((path) => path.endsWith('.csproj'));
  const known = new Map<string, readonly string[]>();
  return (path) => {
    if (!path.includes('*')) return [folderOf(path)];
    const found =
      known.get(path) ?? paths.filter(openGlob(path.replaceAll('**/', '**'))).map(folderOf);
    known.set(path, found);
    return found;
  };
}
