/** `paths` and `baseUrl` of the nearest tsconfig.json, with `extends` and `references`. Pure. */
import { below, folderOf, joinPath, nameOf, nearestAbove } from '../../paths.ts';
import { type JsonObject, objectOf, parseJsonObject, stringsOf } from '../json.ts';
import type { Project } from '../language.ts';
import { openPackages, packageName } from './packages.ts';

interface TypescriptConfig {
  /** Folder that bare specifiers start from; null when there is none. */
  readonly baseUrl: string | null;
  /** Pattern with at most one `*` to paths of the repository. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
}

export interface TypescriptConfigs {
  /** Paths to try for a bare specifier, best first. */
  candidates(from: string, specifier: string): string[];
  /** Whether a `paths` pattern other than `*` covers it. */
  isAlias(from: string, specifier: string): boolean;
}

/** Chains of `extends` and `references` longer than this are given up. */
const depthMax = 8;

export function openTypescriptConfigs(project: Project): TypescriptConfigs {
  const byFolder = new Map<string, TypescriptConfig>();
  const locate = openConfigFinder(project);
  for (const path of project.files.keys()) {
    const name = nameOf(path);
    if (name !== 'tsconfig.json' && name !== 'jsconfig.json') continue;
    const folder = folderOf(path);
    if (name === 'jsconfig.json' && project.files.has(below(folder, 'tsconfig.json'))) continue;
    byFolder.set(folder, readConfig(project, locate, path, depthMax));
  }
  return {
    candidates(from, specifier) {
      const config = nearestAbove(from, byFolder);
      if (config === undefined) return [];
      const mapped = matching(config, specifier).flatMap(([, targets, rest]) =>
        targets.map((target) => target.replace('*', () => rest)),
      );
      return config.baseUrl === null ? mapped : [...mapped, below(config.baseUrl, specifier)];
    },
    isAlias(from, specifier) {
      const config = nearestAbove(from, byFolder);
      return config !== undefined && matching(config, specifier).some(([p]) => p !== '*');
    },
  };
}

/** Patterns that cover a specifier, the longest prefix first, with what `*` stands for. */
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

/** File that a configuration means by what it extends or references; null for one outside. */
type ConfigFinder = (path: string, specifier: string) => string | null;

function readConfig(
  project: Project,
  locate: ConfigFinder,
  path: string,
  depth: number,
): TypescriptConfig {
  const none: TypescriptConfig = { baseUrl: null, paths: [] };
  const text = project.files.get(path)?.manifest ?? null;
  if (text === null || depth === 0) return none;
  const json = parseJsonObject(text);
  const own = ownConfig(json, folderOf(path));
  const others = [
    ...stringsOf(json.extends).reverse(),
    // A solution file only lists the projects; its folder follows the first that says something.
    ...(Array.isArray(json.references) ? json.references : []).flatMap((reference) =>
      stringsOf(objectOf(reference).path),
    ),
  ];
  for (const other of others) {
    if (own.paths.length > 0 && own.baseUrl !== null) break;
    const target = locate(path, other);
    const base = target === null ? none : readConfig(project, locate, target, depth - 1);
    if (own.paths.length === 0) own.paths = base.paths;
    own.baseUrl ??= base.baseUrl;
  }
  return own;
}

function ownConfig(json: JsonObject, folder: string) {
  const options = objectOf(json.compilerOptions);
  const base = typeof options.baseUrl === 'string' ? joinPath(folder, options.baseUrl) : null;
  const paths = Object.entries(objectOf(options.paths)).map(
    ([pattern, targets]): readonly [string, readonly string[]] => [
      pattern,
      stringsOf(targets).flatMap((target) => joinPath(base ?? folder, target) ?? []),
    ],
  );
  return { baseUrl: base, paths: paths as TypescriptConfig['paths'] };
}

/** A relative configuration, or one in a package of the repository. */
function openConfigFinder(project: Project): ConfigFinder {
  const find = (path: string): string | null => {
    const candidates = [path, `${path}.json`, below(path, 'tsconfig.json')];
    return candidates.find((candidate) => project.files.has(candidate)) ?? null;
  };
  const packages = openPackages(project, find);
  return (path, specifier) => {
    if (specifier.startsWith('.')) {
      const relative = joinPath(folderOf(path), specifier);
      return relative === null ? null : find(relative);
    }
    const isWhole = packageName(specifier) === specifier;
    const found = packages.find(path, isWhole ? `${specifier}/tsconfig.json` : specifier);
    return found.kind === 'file' ? found.path : null;
  };
}
