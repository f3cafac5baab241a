/**
 * The settings of the nearest tsconfig.json that decide where imports lead: `paths`, `baseUrl`,
 * `rootDirs` and `moduleSuffixes`, also those from `extends` and `references`; and Deno's import
 * map, which is the same as `paths` and may stand beside it. Pure.
 */
import { below, folderOf, isBelow, joinPath, nameOf, nearestAbove } from '../../paths.ts';
import { type Budget, openBudget } from '../budget.ts';
import { type JsonObject, jsonOf, objectOf, stringsOf } from '../json.ts';
import type { Project } from '../language.ts';
import { denoWorkspace, isDenoManifest } from './deno.ts';
import { openPackages, packageName } from './packages.ts';

interface TypescriptConfig {
  /** Folder that bare specifiers start from; null when there is none. */
  readonly baseUrl: string | null;
  /** Pattern with at most one `*` to paths of the repository. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
  /** Folders that TypeScript treats as one. */
  readonly rootDirs: readonly string[];
  /** Suffixes such as `.ios` that may stand between a file's name and its extension. */
  readonly suffixes: readonly string[];
}

export interface TypescriptConfigs {
  /** Paths to try for a bare specifier, best first. */
  candidates(from: string, specifier: string): string[];
  /** Whether a `paths` pattern other than `*` covers the specifier. */
  isAlias(from: string, specifier: string): boolean;
  /** The same path below the other `rootDirs`, if one of them holds the path. */
  elsewhere(from: string, path: string): string[];
  suffixes(from: string): readonly string[];
}

const configName = /^(?:(?:ts|js)config\.json|deno\.jsonc?|import_map\.json)$/;

/** Chains of `extends` and `references` are followed up to this depth. */
const depthMax = 8;
/** Characters of configurations read, each once for every folder in which a chain begins. */
const workMax = 2 ** 28;
/** A configuration counts as this many characters at least. */
const fileWeight = 1024;

const none: TypescriptConfig = { baseUrl: null, paths: [], rootDirs: [], suffixes: [] };

export function openTypescriptConfigs(project: Project): TypescriptConfigs {
  const byFolder = new Map<string, TypescriptConfig>();
  const locate = openConfigFinder(project);
  const shared = { project, locate, budget: openBudget(workMax), known: new Map() };
  const configs = [...project.files.keys()].filter((path) => configName.test(nameOf(path)));
  const isFirst = (path: string) => nameOf(path) === 'tsconfig.json';
  for (const path of configs.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
    const folder = folderOf(path);
    const config = configAt({ ...shared, began: folder }, path, depthMax);
    const earlier = byFolder.get(folder) ?? none;
    const paths = [...earlier.paths, ...config.paths];
    byFolder.set(folder, { ...completed(earlier, config), paths });
  }
  inheritImports(project, byFolder);
  const configOf = (from: string) => nearestAbove(from, byFolder) ?? none;
  return {
    candidates(from, specifier) {
      const config = configOf(from);
      const mapped = matching(config, specifier).flatMap(([, targets, rest]) =>
        targets.map((target) => target.replace('*', () => rest)),
      );
      return config.baseUrl === null ? mapped : [...mapped, below(config.baseUrl, specifier)];
    },
    isAlias: (from, specifier) => matching(configOf(from), specifier).some(([p]) => p !== '*'),
    elsewhere(from, path) {
      const { rootDirs } = configOf(from);
      const around = rootDirs.filter((folder) => isBelow(path, folder));
      const own = around.sort((a, b) => b.length - a.length)[0];
      if (own === undefined) return [];
      const rest = path.slice(own === '' ? 0 : own.length + 1);
      return rootDirs.flatMap((folder) => (folder === own ? [] : [below(folder, rest)]));
    },
    suffixes: (from) => configOf(from).suffixes,
  };
}

/** Members of a Deno workspace also have the imports that its root states. */
function inheritImports(project: Project, byFolder: Map<string, TypescriptConfig>): void {
  const manifests = [...project.files.values()].filter(({ path }) => isDenoManifest(path));
  const roots = manifests.filter((file) => denoWorkspace(jsonOf(file)).length > 0);
  const stated = new Map(
    roots.map(({ path }) => [folderOf(path), byFolder.get(folderOf(path))?.paths ?? []]),
  );
  for (const { path } of manifests) {
    const folder = folderOf(path);
    const config = byFolder.get(folder);
    const above = stated.has(folder) ? undefined : nearestAbove(folder, stated);
    if (config === undefined || above === undefined) continue;
    byFolder.set(folder, { ...config, paths: [...config.paths, ...above] });
  }
}

/** Patterns that cover a specifier, the longest prefix first, with the text that `*` matches. */
function matching(
  config: TypescriptConfig,
  specifier: string,
): [pattern: string, targets: readonly string[], rest: string][] {
  const found = config.paths.flatMap(
    ([pattern, targets]): [string, readonly string[], string][] => {
      const [before = '', after] = pattern.split('*', 2);
      if (after === undefined) return pattern === specifier ? [[pattern, targets, '']] : [];
      const fits = specifier.startsWith(before) && specifier.endsWith(after);
      if (!fits || specifier.length < before.length + after.length) return [];
      return [[pattern, targets, specifier.slice(before.length, specifier.length - after.length)]];
    },
  );
  return found.sort(([a], [b]) => b.split('*', 1)[0]!.length - a.split('*', 1)[0]!.length);
}

/** Returns the file that `extends` or `references` means; null if the repository lacks it. */
type ConfigFinder = (path: string, specifier: string) => string | null;

interface Chain {
  readonly project: Project;
  readonly locate: ConfigFinder;
  /** Folder of the configuration that starts the chain: `${configDir}` in the whole chain. */
  readonly began: string;
  readonly budget: Budget;
  /** Configurations that were read, by depth, beginning and path. */
  readonly known: Map<string, TypescriptConfig>;
}

/** Packages that reference each other make very many chains, so each configuration is read once. */
function configAt(chain: Chain, path: string, depth: number): TypescriptConfig {
  const key = [depth, chain.began, path].join('\0');
  const config = chain.known.get(key) ?? readConfig(chain, path, depth);
  chain.known.set(key, config);
  return config;
}

function readConfig(chain: Chain, path: string, depth: number): TypescriptConfig {
  const { project, locate, budget } = chain;
  const file = project.files.get(path);
  const length = file?.manifest?.length ?? 0;
  if (length === 0 || depth === 0 || !budget.take(Math.max(fileWeight, length))) return none;
  const json = jsonOf(file);
  let config = ownConfig(json, folderOf(path), chain.began);
  for (const other of stringsOf(json.extends).reverse()) {
    const target = locate(path, other);
    if (target !== null) config = completed(config, configAt(chain, target, depth - 1));
  }
  // A solution file only lists projects; each setting comes from the first project that has it.
  const references = Array.isArray(json.references) ? json.references : [];
  for (const other of references.flatMap((reference) => stringsOf(objectOf(reference).path))) {
    const target = locate(path, other);
    if (target === null) continue;
    const began = folderOf(target);
    config = completed(config, configAt({ ...chain, began }, target, depth - 1));
  }
  return config;
}

/** Returns the first configuration, with settings that it leaves out taken from the second. */
function completed(own: TypescriptConfig, base: TypescriptConfig): TypescriptConfig {
  return {
    baseUrl: own.baseUrl ?? base.baseUrl,
    paths: own.paths.length > 0 ? own.paths : base.paths,
    rootDirs: own.rootDirs.length > 0 ? own.rootDirs : base.rootDirs,
    suffixes: own.suffixes.length > 0 ? own.suffixes : base.suffixes,
  };
}

function ownConfig(json: JsonObject, folder: string, began: string): TypescriptConfig {
  const options = objectOf(json.compilerOptions);
  const placeOf = (text: string, base = folder) => {
    const rest = /^\$\{configDir\}(.*)$/i.exec(text)?.[1];
    return rest === undefined ? joinPath(base, text) : joinPath(began, rest);
  };
  const baseUrl = typeof options.baseUrl === 'string' ? placeOf(options.baseUrl) : null;
  const paths = [...Object.entries(objectOf(options.paths)), ...importMap(json)].map(
    ([pattern, targets]): readonly [string, readonly string[]] => [
      pattern,
      stringsOf(targets).flatMap((target) => placeOf(target, baseUrl ?? folder) ?? []),
    ],
  );
  return {
    baseUrl,
    paths,
    rootDirs: stringsOf(options.rootDirs).flatMap((text) => placeOf(text) ?? []),
    suffixes: stringsOf(options.moduleSuffixes),
  };
}

/** Deno's import map, in which a key that ends in a slash stands for all below it. */
function importMap(json: JsonObject): [pattern: string, target: string][] {
  return Object.entries(objectOf(json.imports)).flatMap(([key, target]) => {
    if (typeof target !== 'string' || !/^\.{1,2}\//.test(target)) return [];
    return [key.endsWith('/') ? [`${key}*`, `${target}*`] : [key, target]];
  });
}

/** Finds a configuration by relative path, or in a package of the repository. */
function openConfigFinder(project: Project): ConfigFinder {
  const find = (path: string): string | null => {
    const candidates = [path, `${path}.json`, below(path, 'tsconfig.json')];
    return candidates.find((candidate) => project.files.has(candidate)) ?? null;
  };
  const packages = openPackages(project, (path) => {
    const found = find(path);
    return found === null ? null : { path: found, confidence: 1 };
  });
  return (path, specifier) => {
    // A reference is a path even if it does not begin with a dot.
    const relative = joinPath(folderOf(path), specifier);
    const here = relative === null ? null : find(relative);
    if (specifier.startsWith('.') || here !== null) return here;
    const isWhole = packageName(specifier) === specifier;
    const found = packages.find(path, isWhole ? `${specifier}/tsconfig.json` : specifier);
    return found.kind === 'file' ? found.path : null;
  };
}
