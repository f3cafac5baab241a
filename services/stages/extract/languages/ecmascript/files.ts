/**
 * Finds the file for a path that may lack its extension, by the rules of Node and TypeScript. Files
 * found by these rules are certain; files that only bundlers find are less so. Pure.
 */
import { below, extensionOf, folderOf, isBelow, joinPath, nameOf } from '../../paths.ts';
import { type JsonObject, jsonOf, objectOf, stringsOf } from '../json.ts';
import type { Project } from '../language.ts';

/** Whose rules an import follows: Node's `require`, Node's `import`, or TypeScript's. */
export type Manner = 'require' | 'import' | 'typescript';

export interface FoundFile {
  readonly path: string;
  readonly confidence: number;
}

export type FileFinder = (path: string, manner: Manner) => FoundFile | null;

/** For bundlers, which add extensions that Node does not and find sources by compiled names. */
const bundledConfidence = 0.9;

const typescript = ['.ts', '.tsx', '.d.ts'];
const javascript = ['.js', '.jsx'];
const byRequire = ['.js', '.json', '.node'];
const bundled = [
  ...['.js', '.jsx', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts', '.d.ts', '.json'],
  '.vue',
];

/** Extension after compilation to those of the sources: imports use the compiled file's name. */
const compiledFrom: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};

/** Returns the finder of a project. A path that ends in a slash means a folder. */
export function openFileFinder(project: Project): FileFinder {
  return (given, manner) => {
    const isFolder = given.endsWith('/');
    const path = isFolder ? given.slice(0, -1) : given;
    const has = (candidate: string) => project.files.has(candidate);
    const stated = statedFiles(project, path, manner, isFolder).find(has);
    if (stated !== undefined) return { path: stated, confidence: 1 };
    const other = bundledFiles(project, path, isFolder).find(has);
    return other === undefined ? null : { path: other, confidence: bundledConfidence };
  };
}

/** Candidates by the exact rules of a manner, in the order in which the rules try them. */
function statedFiles(project: Project, path: string, manner: Manner, isFolder: boolean): string[] {
  const inFile = (candidates: readonly string[]) => (isFolder ? [] : candidates);
  if (manner === 'import') return [...inFile([path])];
  if (manner === 'require') {
    return [...inFile([path, ...extended(path, byRequire)]), ...folderOfRequire(project, path)];
  }
  // TypeScript makes two passes: all candidates with types, index files included, come first.
  return [
    ...inFile([...sourcesOf(path), ...extended(path, typescript)]),
    ...mainsOf(project, path, ['types', 'typings', 'main']).flatMap((main) => [
      ...(/\.[cm]?tsx?$/.test(main) ? [main] : []),
      ...sourcesOf(main),
      ...extended(main, typescript),
      ...extended(below(main, 'index'), typescript),
    ]),
    ...extended(below(path, 'index'), typescript),
    ...inFile([path, ...extended(path, javascript)]),
    ...mainsOf(project, path, ['main']).flatMap((main) => [main, ...extended(main, javascript)]),
    ...extended(below(path, 'index'), javascript),
  ];
}

/** Candidates in a folder: the `main` of its package.json, then its index. */
function folderOfRequire(project: Project, path: string): string[] {
  const mains = mainsOf(project, path, ['main']).flatMap((main) => [
    main,
    ...extended(main, byRequire),
    ...extended(below(main, 'index'), byRequire),
  ]);
  return [...mains, ...extended(below(path, 'index'), byRequire)];
}

function bundledFiles(project: Project, path: string, isFolder: boolean): string[] {
  return [
    ...(isFolder ? [] : [path, ...sourcesOf(path), ...extended(path, bundled)]),
    ...extended(below(path, 'index'), bundled),
    ...mainsOf(project, path, ['module', 'main', 'source', 'types']).flatMap((main) => [
      main,
      ...sourcesOf(main),
      ...extended(main, bundled),
      ...extended(below(main, 'index'), bundled),
    ]),
  ];
}

function extended(path: string, extensions: readonly string[]): string[] {
  return extensions.map((extension) => path + extension);
}

function sourcesOf(path: string): string[] {
  const extension = extensionOf(path);
  const stem = path.slice(0, path.length - extension.length);
  return extended(stem, compiledFrom[extension] ?? []);
}

/** Paths that the package.json of a folder states under the given keys. */
function mainsOf(project: Project, folder: string, keys: readonly string[]): string[] {
  const json = jsonOf(project.files.get(below(folder, 'package.json')));
  return keys.flatMap((key) =>
    stringsOf(json[key]).flatMap((main) => joinPath(folder, main) ?? []),
  );
}

/** Returns the platform variants of a path, such as `a.ios.ts`, as React Native bundles them. */
export type PlatformFinder = (from: string, path: string) => readonly FoundFile[];

/** For a platform variant: the target of the build decides which variant is used. */
const platformConfidence = 0.8;
const platforms = ['.ios', '.android', '.native', '.web', '.windows', '.macos'];
const platformEndings = ['.ts', '.tsx', '.js', '.jsx', '.mjs', '.cjs'];
const nativeLibraries = ['react-native', 'react-native-web', 'expo'];

/** Returns the finder of a project. `suffixesOf` returns the suffixes that a tsconfig states. */
export function openPlatformFinder(
  project: Project,
  suffixesOf: (from: string) => readonly string[],
): PlatformFinder {
  const native = nativeFolders(project);
  return (from, path) => {
    const named = suffixesOf(from).filter((suffix) => suffix !== '');
    const isNative = native.some((folder) => isBelow(from, folder));
    const suffixes = isNative ? [...new Set([...named, ...platforms])] : named;
    const extension = extensionOf(path);
    const isWhole = platformEndings.includes(extension);
    const stem = isWhole ? path.slice(0, -extension.length) : path;
    const endings = isWhole ? [extension] : platformEndings;
    const stems = isWhole ? [stem] : [stem, below(stem, 'index')];
    const found = stems.flatMap((start) =>
      suffixes.flatMap((suffix) =>
        endings.flatMap((ending) => {
          const candidate = `${start}${suffix}${ending}`;
          return project.files.has(candidate) ? [candidate] : [];
        }),
      ),
    );
    return found.map((each) => ({ path: each, confidence: platformConfidence }));
  };
}

function nativeFolders(project: Project): string[] {
  const folders: string[] = [];
  for (const file of project.files.values()) {
    if (nameOf(file.path) !== 'package.json') continue;
    if (isNative(jsonOf(file))) folders.push(folderOf(file.path));
  }
  return folders;
}

function isNative(json: JsonObject): boolean {
  const needed = ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((kind) =>
    Object.keys(objectOf(json[kind])),
  );
  return needed.some((name) => nativeLibraries.includes(name));
}
