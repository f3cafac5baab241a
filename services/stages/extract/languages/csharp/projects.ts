/**
 * Projects of .NET: a file belongs to the nearest .csproj above it and sees, besides its own
 * project, those that it references and what these reference. Pure.
 */
import { folderOf, foldersUpwards, isBelow, joinPath } from '../../paths.ts';
import type { Project } from '../language.ts';

export interface Projects {
  /** The files that a file can see; of one name in several projects, those of its own. */
  visible(files: readonly string[], from: string): readonly string[];
  /** Whether two files belong to one project. */
  shares(a: string, b: string): boolean;
}

interface Manifest {
  /** Folders of referenced projects. */
  readonly references: readonly string[];
  /** Folders whose files are compiled into the project as well. */
  readonly linked: readonly string[];
}

export function openProjects(project: Project): Projects {
  const manifests = new Map<string, Manifest>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null || !path.endsWith('.csproj')) continue;
    const folder = folderOf(path);
    const { references, linked } = readManifest(folder, manifest);
    const known = manifests.get(folder) ?? { references: [], linked: [] };
    manifests.set(folder, {
      references: [...known.references, ...references],
      linked: [...known.linked, ...linked],
    });
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

  return {
    shares: (a, b) => projectOf(a) === projectOf(b),
    visible(files, from) {
      const own = projectOf(from);
      if (own === null) return files;
      const reach = reachOf(own);
      const linked = manifests.get(own)?.linked ?? [];
      const seen = files.filter((path) => {
        const other = projectOf(path);
        return other === null || reach.has(other) || linked.some((each) => isBelow(path, each));
      });
      const inside = seen.filter((path) => projectOf(path) === own);
      return inside.length > 0 ? inside : seen;
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

function readManifest(folder: string, text: string): Manifest {
  const paths = (element: string) =>
    [...text.matchAll(new RegExp(`<${element}\\s[^>]*?Include="([^"*]*)`, 'g'))].flatMap(
      (match) => {
        const path = joinPath(folder, (match[1] ?? '').replaceAll('\\', '/'));
        return path === null ? [] : [path];
      },
    );
  const outside = paths('Compile').filter((path) => !isBelow(path, folder));
  return {
    references: paths('ProjectReference').map(folderOf),
    linked: outside.map((path) => (path.endsWith('.cs') ? path : path.replace(/\/$/, ''))),
  };
}

/** `<Using Include="A.B" />` of the projects above a file. */
export function projectUsings(project: Project): (from: string) => string[] {
  const usings = new Map<string, string[]>();
  for (const { path, manifest } of project.files.values()) {
    if (manifest === null) continue;
    const found = [...manifest.matchAll(/<Using\s+Include="([\w.]+)"/g)].map(
      ([, name = '']) => name,
    );
    if (found.length > 0) usings.set(folderOf(path), found);
  }
  return (from) => foldersUpwards(folderOf(from)).flatMap((folder) => usings.get(folder) ?? []);
}
