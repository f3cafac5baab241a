/**
 * Packages of the repository: what a package.json offers (`exports`, `main`), its own aliases
 * (`imports`), and which packages see each other. A package is not the target of an import only
 * because it has the imported name: a workspace or a dependency has to connect the two. Pure.
 */
import { parse as parseYaml } from 'yaml';
import { choicesOf, type Glob, openGlob } from '../../../../runtime/glob.ts';
import { append, type ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, isBelow, joinPath, nameOf, nearestAbove } from '../../paths.ts';
import { type JsonObject, jsonOf, objectOf, stringsOf, textOf } from '../json.ts';
import type { Project } from '../language.ts';
import { isBundlerConfig } from './bundlers.ts';
import { denoPackages, denoWorkspace, isDenoManifest } from './deno.ts';
import type { FileFinder } from './files.ts';

export function isEcmascriptManifest(path: string): boolean {
  const name = nameOf(path);
  return (
    /^(?:package|jsconfig|lerna|rush|import_map)\.json$/.test(name) ||
    isDenoManifest(path) ||
    name === 'pnpm-workspace.yaml' ||
    isBundlerConfig(path) ||
    /^(?:.*[.-])?(?:tsconfig|base|shared|common)(?:[.-].*)?\.json$/.test(name) ||
    // JSON files of a package of shared configurations, common in monorepos.
    /(?:^|\/)[\w.-]*(?:tsconfig|typescript)[\w.-]*\/[\w.-]+\.json$/.test(path)
  );
}

export type Packaged =
  | { readonly kind: 'file'; readonly path: string; readonly confidence: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'external' };

/** For the source of a built file: its place below `src` is custom, not declared. */
const sourceOfBuildConfidence = 0.9;

interface Package {
  readonly folder: string;
  readonly json: JsonObject;
}

/** Returns the `@scope/name` or `name` that a specifier starts with. */
export function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

export function openPackages(project: Project, find: FileFinder) {
  const packages = readPackages(project);
  const ofNode = [...packages.values()];
  const ofDeno = denoPackages(project, (folder) => packages.has(folder));
  for (const item of ofDeno) if (!packages.has(item.folder)) packages.set(item.folder, item);
  const workspaces = readWorkspaces(project, packages);
  const byName = new Map<string, Package[]>();
  for (const item of [...ofNode, ...ofDeno]) append(byName, textOf(item.json.name), item);
  const findNamed = (own: Package, specifier: string): Packaged => {
    const name = packageName(specifier);
    const named = byName.get(nameOfDependency(own, name)) ?? [];
    const target =
      named.find((other) => sees(own, other, name, workspaces)) ?? linked(own, name, packages);
    if (target === undefined) return { kind: 'external' };
    return findIn(target, specifier.slice(name.length + 1), find);
  };
  return {
    find(from: string, specifier: string): Packaged {
      const own = nearestAbove(from, packages);
      if (own === undefined) return { kind: 'external' };
      if (!specifier.startsWith('#')) return findNamed(own, specifier);
      const targets = exportsOf(own.json.imports, specifier);
      const inside = findTarget(own, targets.filter(isPath), find);
      // A target that does not start with `./` names another package.
      const outside = targets.find((target) => !isPath(target));
      return inside.kind === 'missing' && outside !== undefined ? findNamed(own, outside) : inside;
    },
    /** Folder of the package that a file belongs to. */
    folderOf: (from: string) => nearestAbove(from, packages)?.folder ?? '',
    /** Whether Node reads the JavaScript of a file as ES modules. */
    isModule: (from: string) => nearestAbove(from, packages)?.json.type === 'module',
  };
}

function isPath(target: string): boolean {
  return target.startsWith('./');
}

function readPackages(project: Project): Map<string, Package> {
  const packages = new Map<string, Package>();
  for (const file of project.files.values()) {
    if (file.manifest === null || nameOf(file.path) !== 'package.json') continue;
    const folder = folderOf(file.path);
    packages.set(folder, { folder, json: jsonOf(file) });
  }
  return packages;
}

/** Returns for each workspace the folders of its packages, the root's own included. */
function readWorkspaces(
  project: Project,
  packages: ReadonlyMap<string, Package>,
): ReadonlySet<string>[] {
  const workspaces: Set<string>[] = [];
  for (const file of project.files.values()) {
    const patterns = file.manifest === null ? [] : workspacePatterns(file);
    if (patterns.length === 0) continue;
    const root = folderOf(file.path);
    const included = patterns.filter((text) => !text.startsWith('!')).map(globPattern);
    const excluded = patterns.filter((text) => text.startsWith('!')).map(globPattern);
    const members = [...packages.keys()].filter((folder) => {
      if (!isBelow(folder, root) || folder === root) return folder === root;
      const relative = root === '' ? folder : folder.slice(root.length + 1);
      const fits = (matches: Glob) => matches(relative);
      return included.some(fits) && !excluded.some(fits);
    });
    workspaces.push(new Set(members));
  }
  return workspaces;
}

function workspacePatterns(file: ParsedFile): string[] {
  const name = nameOf(file.path);
  if (name === 'pnpm-workspace.yaml') {
    try {
      return stringsOf(objectOf(parseYaml(file.manifest ?? '')).packages);
    } catch {
      // The file is not valid YAML, so it declares no workspace.
      return [];
    }
  }
  if (!/^(?:package|lerna|rush)\.json$/.test(name) && !isDenoManifest(file.path)) return [];
  const json = jsonOf(file);
  if (isDenoManifest(file.path)) return denoWorkspace(json);
  if (name === 'rush.json') {
    const projects = Array.isArray(json.projects) ? json.projects : [];
    return projects.flatMap((each) => stringsOf(objectOf(each).projectFolder));
  }
  // Lerna's default if lerna.json states no packages.
  if (name === 'lerna.json') return stringsOf(json.packages ?? ['packages/*']);
  const { workspaces } = json;
  return stringsOf(Array.isArray(workspaces) ? workspaces : objectOf(workspaces).packages);
}

function globPattern(text: string): Glob {
  const glob = text.replace(/^!/, '').replace(/^\.\//, '').replace(/\/$/, '');
  const choices = choicesOf(glob).map(openGlob);
  return (path) => choices.some((matches) => matches(path));
}

/**
 * Whether an import of `name` in `own` means `other`: the package itself, a member of the same
 * workspace, or a dependency stated with `workspace:`.
 */
function sees(
  own: Package,
  other: Package,
  name: string,
  workspaces: readonly ReadonlySet<string>[],
): boolean {
  if (own.folder === other.folder) return true;
  if (workspaces.some((set) => set.has(own.folder) && set.has(other.folder))) return true;
  return versionOf(own, name).startsWith('workspace:');
}

const dependencyKinds = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
];

function versionOf(own: Package, name: string): string {
  const stated = dependencyKinds.map((kind) => objectOf(own.json[kind]));
  return textOf(stated.find((versions) => Object.hasOwn(versions, name))?.[name]);
}

/** The package's own name, for a dependency may give it another: `"a": "workspace:@x/b@*"`. */
function nameOfDependency(own: Package, name: string): string {
  const aliased = /^(?:workspace|npm):((?:@[\w.~-]+\/)?[\w.~-]+)@/.exec(versionOf(own, name));
  return aliased?.[1] ?? name;
}

/** The package in the folder that a dependency states, whatever the package's own name. */
function linked(
  own: Package,
  name: string,
  packages: ReadonlyMap<string, Package>,
): Package | undefined {
  const folder = /^(?:file|link|portal):(.+)$/.exec(versionOf(own, name))?.[1];
  const place = folder === undefined ? null : joinPath(own.folder, folder);
  return place === null ? undefined : packages.get(place);
}

const mainKeys = ['source', 'react-native', 'module', 'main', 'types', 'typings'];

function findIn(target: Package, subpath: string, find: FileFinder): Packaged {
  const { json, folder } = target;
  const exported = exportsOf(json.exports, subpath === '' ? '.' : `./${subpath}`);
  const found = findTarget(target, exported, find);
  if (found.kind === 'file' || json.exports !== undefined) return found;
  const mains = mainKeys.flatMap((key) => stringsOf(json[key]));
  const plain = subpath === '' ? [...mains, 'index', 'src/index'] : [subpath];
  const direct = findTarget(target, plain, find);
  if (direct.kind === 'file' || subpath === '') return direct;
  const inSources = find(below(folder, `src/${subpath}`), 'typescript');
  return inSources === null ? direct : built(inSources.path);
}

function built(path: string): Packaged {
  return { kind: 'file', path, confidence: sourceOfBuildConfidence };
}

/** Returns the first target that is a file; else the first whose presumed source is one. */
function findTarget(owner: Package, targets: readonly string[], find: FileFinder): Packaged {
  for (const target of targets) {
    const path = joinPath(owner.folder, target);
    const direct = path === null ? null : find(path, 'require');
    if (direct !== null) return { kind: 'file', ...direct };
  }
  for (const target of targets) {
    for (const source of sourcesOf(target)) {
      const found = find(below(owner.folder, source), 'typescript');
      if (found !== null) return built(found.path);
    }
  }
  return { kind: 'missing' };
}

/** Presumed sources of a built file: `src/esm/a` and `src/a` for `dist/esm/a.js`. */
function sourcesOf(target: string): string[] {
  const plain = target.replace(/^\.\//, '').replace(/(?:\.d)?\.[cm]?[jt]s$/, '');
  const parts = plain.split('/');
  if (!/^(?:dist|lib|build|out|esm|cjs|es|types)/.test(parts[0] ?? '')) return [];
  return [1, 2].map((depth) => ['src', ...parts.slice(depth)].join('/'));
}

/** Targets of a subpath in an `exports` or `imports` map, patterns included. */
function exportsOf(value: unknown, subpath: string): string[] {
  const map = objectOf(value);
  const isMap = Object.keys(map).some((key) => key.startsWith('.') || key.startsWith('#'));
  if (!isMap) return subpath === '.' ? leavesOf(value) : [];
  if (map[subpath] !== undefined) return leavesOf(map[subpath]);
  // A key that ends in a slash is the older form of one that ends in `/*`.
  const patterns = Object.keys(map).filter((key) => /\*|\/$/.test(key));
  const prefixOf = (key: string) => key.split('*', 1)[0]?.length ?? 0;
  patterns.sort((a, b) => prefixOf(b) - prefixOf(a) || b.length - a.length);
  for (const pattern of patterns) {
    const [before = '', after = ''] = pattern.split('*', 2);
    if (!subpath.startsWith(before) || !subpath.endsWith(after)) continue;
    if (subpath.length < before.length + after.length) continue;
    const rest = subpath.slice(before.length, subpath.length - after.length);
    return leavesOf(map[pattern]).map((target) =>
      pattern.includes('*') ? target.replaceAll('*', () => rest) : target + rest,
    );
  }
  return [];
}

/**
 * Conditions by preference: those that name sources come before built files. Of those that Node has
 * for an import, the first in the file counts, as Node takes it.
 */
const preferred: readonly (readonly string[])[] = [
  ['source'],
  ['development'],
  ['import', 'module', 'module-sync', 'node', 'node-addons'],
  ['default'],
  ['require'],
  ['types'],
];

/** Conditions in conditions; deeper ones could exhaust the stack. */
const leavesDepthMax = 64;

function leavesOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth > leavesDepthMax) return [];
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, depth + 1));
  const conditions = objectOf(value);
  const given = Object.keys(conditions);
  const known = preferred.flatMap((keys) => given.filter((key) => keys.includes(key)));
  const keys = [...known, ...given.filter((key) => !known.includes(key))];
  return keys.flatMap((key) => leavesOf(conditions[key], depth + 1));
}
