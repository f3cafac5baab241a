/**
 * Where the packages of a Python project lie and what it requires, read from its settings: the
 * `project` table, setuptools in its three files, Poetry, Hatch, PDM, uv, maturin, scikit-build,
 * pytest, pyright and requirements. Pure.
 */
import type { ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, nameOf } from '../../paths.ts';
import { stringsOf } from '../json.ts';
import { isTable, listAt, parseToml, type TomlTable, tableAt, textAt } from '../toml.ts';

const settings = /pyproject\.toml|setup\.cfg|setup\.py|pytest\.ini|tox\.ini/;
const requirements = /(?:[\w-]+[-_.])?requirements(?:[-_.][\w-]+)?\.txt/;
const files = new RegExp(`^(?:${settings.source}|${requirements.source})$`);

export function isPythonManifest(path: string): boolean {
  return files.test(nameOf(path));
}

/** What the manifests of one folder declare. Paths are relative to this folder. */
export interface Declared {
  /** Folders that hold packages and modules. */
  readonly roots: readonly string[];
  /** Dotted name of a package to its folder, which may have another name. */
  readonly packages: ReadonlyMap<string, string>;
  /** Distribution name, normalised; '' when not stated. */
  readonly name: string;
  /** Every name that could be a requirement, normalised. */
  readonly requires: ReadonlySet<string>;
  /** Folders of projects that are installed from their path. */
  readonly neighbours: ReadonlySet<string>;
  /** Whether a manifest makes the folder a project, beyond pytest settings or requirements. */
  readonly isProject: boolean;
  /** Whether every statement about package folders could be read. */
  readonly isRead: boolean;
}

type Places = Pick<Declared, 'roots' | 'packages' | 'isRead'>;

export function readDeclared(manifests: readonly ParsedFile[]): Declared {
  const textOf = (name: string) =>
    manifests.find(({ path }) => nameOf(path) === name)?.manifest ?? '';
  const toml = parseToml(textOf('pyproject.toml'));
  const [script, ini] = [textOf('setup.py'), textOf('setup.cfg')];
  const plain = manifests
    .filter(({ path }) => nameOf(path).endsWith('.txt'))
    .map(({ manifest }) => manifest ?? '');
  const places = [placesOfToml(toml), placesOfScript(script), placesOfIni(ini)];
  const names = [
    textAt(tableAt(toml, 'project'), 'name') ?? textAt(tableAt(toml, 'tool', 'poetry'), 'name'),
    /\bname\s*=\s*["']([\w.-]+)["']/.exec(script)?.[1],
    /^name\s*=\s*([\w.-]+)/m.exec(ini)?.[1],
  ];
  const paths = ['pytest.ini', 'tox.ini', 'setup.cfg'].flatMap((name) => pytestPath(textOf(name)));
  return {
    roots: [...places.flatMap(({ roots }) => roots), ...paths],
    packages: new Map(places.flatMap(({ packages }) => [...packages])),
    isProject: manifests.some(({ path }) => /^(?:pyproject|setup)\./.test(nameOf(path))),
    isRead: places.every(({ isRead }) => isRead),
    name: normalise(names.find((name) => name !== undefined && name !== null) ?? ''),
    requires: new Set([...requirementsOf(toml), ...wordsOf(script), ...wordsOf(ini)]),
    neighbours: new Set([...neighboursOf(toml), ...plain.flatMap(editables)]),
  };
}

function placesOfToml(toml: TomlTable): Places {
  const tool = tableAt(toml, 'tool');
  const setuptools = tableAt(tool, 'setuptools');
  const find = tableAt(setuptools, 'packages', 'find');
  const folders = Object.entries(tableAt(setuptools, 'package-dir'));
  const hatch = tableAt(tool, 'hatch', 'build');
  const wheels = [
    hatch,
    tableAt(hatch, 'targets', 'wheel'),
    tableAt(tool, 'scikit-build', 'wheel'),
  ];
  const poetry = listAt(tableAt(tool, 'poetry'), 'packages').filter(isTable);
  const roots = [
    ...listAt(find, 'where'),
    ...listAt(tableAt(tool, 'pytest', 'ini_options'), 'pythonpath'),
    textAt(tableAt(tool, 'pytest', 'ini_options'), 'pythonpath'),
    ...poetry.map((entry) => textAt(entry, 'from')),
    // `packages = ["src/name"]` means the root `src`; Hatch also states roots for development.
    ...wheels.flatMap((table) => stringsOf(listAt(table, 'packages')).map(folderOf)),
    ...listAt(hatch, 'dev-mode-dirs'),
    textAt(tableAt(tool, 'pdm', 'build'), 'package-dir'),
    textAt(tableAt(tool, 'uv', 'build-backend'), 'module-root'),
    textAt(tableAt(tool, 'maturin'), 'python-source'),
    ...listAt(tableAt(tool, 'pyright'), 'extraPaths'),
  ].filter((root): root is string => typeof root === 'string');
  const named = namesOf(
    folders.flatMap(([name, folder]) => stringsOf(folder).map((each) => [name, each] as const)),
  );
  // Hatch renames by prefix: `"lib/core" = "motor"`.
  const sources = wheels.flatMap((table) => [
    ...Object.entries(tableAt(table, 'sources')),
    ...Object.entries(tableAt(table, 'force-include')),
  ]);
  const renamed = sources.flatMap(([folder, name]): [string, string][] =>
    typeof name === 'string' && /^[\w./]+$/.test(name)
      ? [[name.replace(/\/$/, '').replaceAll('/', '.'), folder]]
      : [],
  );
  return {
    roots: [...roots.map((root) => below('', root)), ...named.roots],
    packages: new Map([...named.packages, ...renamed.filter(([name]) => name !== '')]),
    isRead: true,
  };
}

/** In setuptools the empty name stands for all packages that have no entry. */
function namesOf(entries: readonly (readonly [name: string, folder: string])[]) {
  return {
    roots: entries.flatMap(([name, folder]) => (name === '' ? [folder] : [])),
    packages: entries.filter(([name]) => name !== ''),
  };
}

const quoted = /["']([^"'\n]*)["']/;
const pair = new RegExp(`${quoted.source}\\s*:\\s*${quoted.source}`, 'g');
const foundIn =
  /\bfind(?:_namespace)?_packages\(\s*(?:["']([\w./-]+)["']|where\s*=\s*["']([\w./-]+)["'])/g;

/** `find_packages` with an argument that is not a literal. */
const computed = new RegExp(
  String.raw`\bfind(?:_namespace)?_packages\(\s*(?:where\s*=\s*)?` +
    String.raw`(?!exclude|include)[A-Za-z_][\w.]*\s*[,)(/+]`,
);

/** Reads setup.py. It is a program, so only its literals are understood. */
function placesOfScript(text: string): Places {
  const code = text.replaceAll(/(?<=^|\s)#[^\n]*/g, '');
  const dictionary = /\bpackage_dir\s*=\s*\{([^}]*)(?:\}|$)/.exec(code)?.[1];
  const pairs = [...(dictionary ?? '').matchAll(pair)].map(
    ([, name = '', folder = '']): [string, string] => [name, folder],
  );
  const named = namesOf(pairs);
  const roots = [...code.matchAll(foundIn)].map(([, first, second]) => first ?? second ?? '');
  const isStated = dictionary === undefined ? !/\bpackage_dir\b/.test(code) : pairs.length > 0;
  const isWhere = !computed.test(code);
  return {
    roots: [...named.roots, ...roots],
    packages: new Map(named.packages),
    isRead: isStated && isWhere,
  };
}

/** Reads from setup.cfg `package_dir =` with the lines below it, and `where = src`. */
function placesOfIni(text: string): Places {
  const block = /^package_dir[ \t]*=[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)/m.exec(text)?.[1] ?? '';
  const entries = block
    .split(/[\n,]/)
    .map((line) => line.split('=', 2).map((part) => part.trim()))
    .flatMap(([name, folder]): [string, string][] =>
      name === undefined || folder === undefined ? [] : [[name, folder]],
    );
  const named = namesOf(entries);
  const where = /^where[ \t]*=\s*([\w./-]+)/m.exec(text)?.[1];
  return {
    roots: [...named.roots, ...(where === undefined ? [] : [where])],
    packages: new Map(named.packages),
    isRead: true,
  };
}

function pytestPath(text: string): string[] {
  const value = /^pythonpath[ \t]*=[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)/m.exec(text)?.[1] ?? '';
  return value.split(/\s+/).filter((root) => /^[\w./-]+$/.test(root));
}

/** Names at the start of strings such as `"the-two >= 1"`, and of indented lines. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:["']|^[ \t]+)([A-Za-z][\w.-]*)/gm)].map(([, name = '']) =>
    normalise(name),
  );
}

function requirementsOf(toml: TomlTable): string[] {
  const poetry = tableAt(toml, 'tool', 'poetry');
  const groups = Object.values(tableAt(poetry, 'group')).map((group) => tableAt(group));
  const tables = [poetry, ...groups].flatMap((table) => [
    tableAt(table, 'dependencies'),
    tableAt(table, 'dev-dependencies'),
  ]);
  const lists = [
    listAt(tableAt(toml, 'project'), 'dependencies'),
    ...Object.values(tableAt(toml, 'project', 'optional-dependencies')),
    ...Object.values(tableAt(toml, 'dependency-groups')),
  ];
  return [
    ...lists.flatMap(stringsOf).map((text) => /^[\w.-]+/.exec(text)?.[0] ?? ''),
    ...tables.flatMap((table) => Object.keys(table)),
    ...Object.keys(tableAt(toml, 'tool', 'uv', 'sources')),
  ].map(normalise);
}

/** Paths of `{ path = "../core" }` in dependencies of Poetry and sources of uv. */
function neighboursOf(toml: TomlTable): string[] {
  const poetry = tableAt(toml, 'tool', 'poetry');
  const groups = Object.values(tableAt(poetry, 'group')).map((group) =>
    tableAt(group, 'dependencies'),
  );
  const tables = [tableAt(poetry, 'dependencies'), ...groups];
  return [...tables, tableAt(toml, 'tool', 'uv', 'sources')]
    .flatMap((table) => Object.values(table))
    .flatMap((value) => (isTable(value) ? (textAt(value, 'path') ?? []) : []));
}

/** Paths of the lines `-e ../core` and `./core` of a requirements file. */
function editables(text: string): string[] {
  const lines = /^[ \t]*(?:(?:-e|--editable)[ =]+(?!git|http)|(?=\.{1,2}\/))(\S+)/gm;
  return [...text.matchAll(lines)].map(([, path = '']) => path.replace(/\[.*$/, ''));
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
