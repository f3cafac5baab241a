/**
 * Which folder a Go import path means: by vendored packages, the module path of the nearest go.mod,
 * its `replace` folders, and modules that it requires or shares a go.work with. Without any go.mod,
 * by the root under which imports reach the most folders. Pure.
 */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { addTo } from '../../facts/facts.ts';
import {
  below,
  folderOf,
  foldersUpwards,
  isBelow,
  joinPath,
  nameOf,
  nearestAbove,
} from '../../paths.ts';
import type { Project } from '../language.ts';

export function isGoManifest(path: string): boolean {
  return /^(?:go\.mod|go\.work)$/.test(nameOf(path));
}

export interface PackageFolder {
  readonly folder: string;
  readonly confidence: number;
}

/** Returns the folder of the package that a file imports; null if it is not in the repository. */
export type FindPackage = (from: string, specifier: string) => PackageFolder | null;

/** For a root that is guessed from imports, because no go.mod states the module path. */
const guessedConfidence = 0.7;

interface Module {
  readonly path: string;
  readonly folder: string;
  readonly requires: ReadonlySet<string>;
  /** Module path to folder of the repository. */
  readonly replaces: ReadonlyMap<string, string>;
}

interface Workspace {
  readonly folder: string;
  /** Folders of its modules. */
  readonly uses: ReadonlySet<string>;
  readonly replaces: ReadonlyMap<string, string>;
}

/** `packages` are the folders that hold Go files. */
export function openModules(project: Project, packages: ReadonlyMap<string, unknown>): FindPackage {
  const modules = readModules(project);
  const workspaces = readWorkspaces(project);
  const reach = new Map<Module, Reach>();
  const root = modules.size === 0 ? agreedRoot(project, packages) : null;
  return (from, specifier) => {
    const vendored = foldersUpwards(folderOf(from))
      .map((folder) => below(folder, `vendor/${specifier}`))
      .find((folder) => packages.has(folder));
    if (vendored !== undefined) return { folder: vendored, confidence: 1 };
    const module = nearestAbove(from, modules);
    if (module === undefined) {
      const folder = root === null ? null : inside(specifier, root, '');
      return folder === null ? null : { folder, confidence: guessedConfidence };
    }
    const reachable = reach.get(module) ?? reachOf(module, modules, workspaces);
    reach.set(module, reachable);
    for (const [path, place] of reachable) {
      const folder = inside(specifier, path, place);
      if (folder !== null) return { folder, confidence: 1 };
    }
    return null;
  };
}

function inside(specifier: string, path: string, folder: string): string | null {
  if (specifier === path) return folder;
  return specifier.startsWith(`${path}/`) ? below(folder, specifier.slice(path.length + 1)) : null;
}

type Reach = readonly (readonly [path: string, folder: string])[];

/** Module paths that a module sees, with their folders; longest first, as it owns a package. */
function reachOf(
  module: Module,
  modules: ReadonlyMap<string, Module>,
  workspaces: readonly Workspace[],
): Reach {
  const around = workspaces.filter(
    ({ folder, uses }) => isBelow(module.folder, folder) && uses.has(module.folder),
  );
  const [workspace] = around.sort((a, b) => b.folder.length - a.folder.length);
  const others = [...modules.values()].filter(
    ({ path, folder }) => module.requires.has(path) || workspace?.uses.has(folder) === true,
  );
  const all: (readonly [string, string])[] = [
    [module.path, module.folder],
    ...(workspace?.replaces ?? []),
    ...module.replaces,
    ...others.map(({ path, folder }) => [path, folder] as const),
  ];
  return all.sort(([a], [b]) => b.length - a.length || compareText(a, b));
}

/** Modules by the folder of their go.mod. */
function readModules(project: Project): Map<string, Module> {
  const modules = new Map<string, Module>();
  for (const file of project.files.values()) {
    if (file.manifest === null || nameOf(file.path) !== 'go.mod') continue;
    const module = readModule(folderOf(file.path), withoutComments(file.manifest));
    if (module !== null) modules.set(module.folder, module);
  }
  return modules;
}

function readModule(folder: string, text: string): Module | null {
  const path = /^[ \t]*module\s+"?([^\s"]+)/m.exec(text)?.[1];
  if (path === undefined) return null;
  const requires = [...text.matchAll(/^[ \t]*(?:require\s+)?"?([\w./~-]+)"?\s+v\d/gm)];
  return {
    path,
    folder,
    replaces: readReplaces(folder, text),
    requires: new Set(requires.map((match) => match[1] ?? '')),
  };
}

function readWorkspaces(project: Project): Workspace[] {
  return [...project.files.values()].flatMap(({ path, manifest }): Workspace[] => {
    if (manifest === null || nameOf(path) !== 'go.work') return [];
    const text = withoutComments(manifest);
    const folder = folderOf(path);
    const blocks = [...text.matchAll(/^[ \t]*use\s*\(([^()]*)\)/gm)].map(([, list = '']) => list);
    const lines = [...text.matchAll(/^[ \t]*use\s+([^\s(]+)\s*$/gm)].map(([, one = '']) => one);
    const words = [...blocks, ...lines].flatMap((list) => list.split(/\s+/));
    const uses = words.flatMap((word) => {
      const plain = word.replaceAll(/["`]/g, '');
      return plain === '' ? [] : (joinPath(folder, plain) ?? []);
    });
    return [{ folder, uses: new Set(uses), replaces: readReplaces(folder, text) }];
  });
}

function readReplaces(folder: string, text: string): Map<string, string> {
  const replaces = new Map<string, string>();
  for (const [, path = '', place = ''] of text.matchAll(
    /(?<![\w./~-])"?([\w./~-]+)"?(?:\s+v\S+)?\s+=>\s+"?(\.{1,2}\/[^\s"]*|\.{1,2})"?\s*$/gm,
  )) {
    const target = joinPath(folder, place);
    if (target !== null) replaces.set(path, target);
  }
  return replaces;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\/[^\n]*/g, '');
}

/** The `host/owner/name` under which imports reach the most folders; null if none, or a tie. */
function agreedRoot(project: Project, packages: ReadonlyMap<string, unknown>): string | null {
  const votes = new Map<string, Set<string>>();
  for (const { language, facts } of project.files.values()) {
    if (language !== 'go') continue;
    for (const { specifier } of facts.imports) {
      const [host = '', owner = '', name = '', ...rest] = specifier.split('/');
      const folder = rest.join('/');
      if (!host.includes('.') || name === '' || folder === '' || !packages.has(folder)) continue;
      const root = [host, owner, name].join('/');
      addTo(votes, root, folder);
    }
  }
  const ranked = [...votes].sort(([a, x], [b, y]) => y.size - x.size || compareText(a, b));
  const [first, second] = ranked;
  return first === undefined || first[1].size === second?.[1].size ? null : first[0];
}
