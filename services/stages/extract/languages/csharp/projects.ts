/**
 * Projects of .NET. A file belongs to the nearest .csproj above it. It sees its own project, the
 * projects that this one references, and those that they reference in turn. Pure.
 */
import { folderOf, foldersUpwards, isBelow, nameOf } from '../../paths.ts';
import type { Project } from '../language.ts';
import { evaluateProject } from './msbuild.ts';

export interface Projects {
  /** Returns those of `files` that `from` can see; if its own project has some, only these. */
  visible(files: readonly string[], from: string): readonly string[];
  /** Whether two files belong to one project. */
  shares(a: string, b: string): boolean;
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
  const manifests = new Map<string, Manifest>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || !path.endsWith('.csproj')) continue;
    const folder = folderOf(path);
    const own = readManifest(project, path);
    const known = manifests.get(folder);
    manifests.set(folder, known === undefined ? own : joined(known, own));
  }
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

  const isOpen = (folder: string) =>
    [...reachOf(folder)].some((each) => manifests.get(each)?.isOpen === true);
  const isReached = (path: string, own: string) => {
    const other = projectOf(path);
    const linked = manifests.get(own)?.linked ?? [];
    return other === null || reachOf(own).has(other) || linked.some((each) => isBelow(path, each));
  };

  return {
    shares: (a, b) => projectOf(a) === projectOf(b),
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

function readManifest(project: Project, path: string): Manifest {
  const folder = folderOf(path);
  const { items, unread } = evaluateProject(project, path);
  const of = (element: string) => items.get(element) ?? [];
  const outside = of('Compile').filter((each) => !isBelow(each, folder));
  return {
    references: of('ProjectReference').flatMap((each) => projectFolders(project, each)),
    linked: outside.map((each) => each.replace(/\/?[^/]*[*][\s\S]*$/, '')),
    usings: of('Using').filter((name) => /^[\w.]+$/.test(name)),
    isOpen: unread.has('ProjectReference'),
  };
}

/** Returns the folders of the referenced projects; a wildcard means every project that matches. */
function projectFolders(project: Project, path: string): string[] {
  if (!path.includes('*')) return [folderOf(path)];
  const escaped = path.replaceAll(/[.+^${}()|[\]\\?]/g, '\\$&');
  const wild = escaped.replaceAll(/\*\*\/?|\*/g, (sign) => (sign === '*' ? '[^/]*' : '.*'));
  const fits = new RegExp(`^${wild}$`);
  const found = [...project.files.keys()].filter(
    (each) => nameOf(each).endsWith('.csproj') && fits.test(each),
  );
  return found.map(folderOf);
}
