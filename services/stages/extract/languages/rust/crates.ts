/** Crates and their module trees, from Cargo.toml and `mod` declarations. Pure. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import {
  below,
  folderOf,
  foldersUpwards,
  joinPath,
  nameOf,
  nearestAbove,
  stemOf,
} from '../../paths.ts';
import type { Project } from '../language.ts';
import {
  isTable,
  listAt,
  parseToml,
  type TomlTable,
  type TomlValue,
  tableAt,
  textAt,
} from '../toml.ts';
import { isModule, usualFirst } from './imports.ts';
import { joined } from './paths.ts';

/** A target of Cargo, such as a library, program or test, with the files reached from its root. */
export interface Crate {
  readonly root: string;
  /** Folder of the package. */
  readonly package: string;
  /** Whether the edition is 2015, in which `use a::b` starts at the crate's root. */
  readonly fromRoot: boolean;
  /** Module path such as `a::b` to the module's file; '' is the root. */
  readonly modules: ReadonlyMap<string, string>;
  /** Module path to the files of the module in builds other than the usual one. */
  readonly variants: ReadonlyMap<string, readonly string[]>;
  /** Name in code to the library that it means, for libraries of the repository. */
  readonly libraries: ReadonlyMap<string, Crate>;
  /** Name of a macro to the modules that define it. */
  readonly macros: ReadonlyMap<string, readonly MacroPlace[]>;
}

export interface MacroPlace {
  readonly path: string;
  readonly module: string;
  /** Whether the module has `#[macro_use]`, so that the rest of the crate sees its macros. */
  readonly open: boolean;
}

export interface Place {
  readonly crate: Crate;
  /** Module path of the file. */
  readonly module: string;
}

interface Package {
  readonly folder: string;
  readonly manifest: TomlTable;
  /** The library's name in code. */
  readonly name: string;
}

type OpenCrate = Crate & { readonly libraries: Map<string, Crate> };

/** The place of every Rust file in a crate, by path. */
export function readCrates(project: Project): Map<string, Place> {
  const manifests = readManifests(project);
  const packages = readPackages(manifests);
  const libraries = new Map<string, OpenCrate>();
  const crates: { crate: OpenCrate; owner: Package }[] = [];
  for (const owner of packages.values()) {
    const library = libraryRoot(project, owner);
    if (library !== null) libraries.set(owner.folder, openCrate(project, library, owner));
    const main = libraries.get(owner.folder);
    if (main !== undefined) crates.push({ crate: main, owner });
    for (const root of targetRoots(project, owner)) {
      if (root !== library) crates.push({ crate: openCrate(project, root, owner), owner });
    }
  }
  const places = new Map<string, Place>();
  const workspace = { manifests, packages, libraries, patches: readPatches(manifests) };
  const addCrate = (crate: OpenCrate, owner: Package) => {
    connect(crate, owner, workspace);
    const add = (module: string, path: string) => {
      if (!places.has(path)) places.set(path, { crate, module });
    };
    // The library comes first, so a file that a program shares with it counts as the library's.
    for (const [module, path] of crate.modules) add(module, path);
    for (const [module, paths] of crate.variants) for (const path of paths) add(module, path);
  };
  for (const { crate, owner } of crates) addCrate(crate, owner);
  for (const { path, owner } of strays(project, packages, places)) {
    if (!places.has(path)) addCrate(openCrate(project, path, owner), owner);
  }
  return places;
}

/**
 * Files of a package that no `mod` declares. A test that walks a folder compiles each of them as a
 * crate of its own, which can use the package's library.
 */
function strays(
  project: Project,
  packages: ReadonlyMap<string, Package>,
  places: ReadonlyMap<string, Place>,
): { path: string; owner: Package }[] {
  return [...project.files.values()].flatMap(({ path, language, parser }) => {
    if (language !== 'rust' || parser === 'none' || places.has(path)) return [];
    const owner = nearestAbove(path, packages);
    return owner === undefined ? [] : [{ path, owner }];
  });
}

/** Every Cargo.toml by its folder, workspaces without a package included. */
function readManifests(project: Project): Map<string, TomlTable> {
  const manifests = new Map<string, TomlTable>();
  for (const file of project.files.values()) {
    if (file.manifest === null || nameOf(file.path) !== 'Cargo.toml') continue;
    manifests.set(folderOf(file.path), parseToml(file.manifest));
  }
  return manifests;
}

function readPackages(manifests: ReadonlyMap<string, TomlTable>): Map<string, Package> {
  const packages = new Map<string, Package>();
  for (const folder of [...manifests.keys()].sort(compareText)) {
    const manifest = manifests.get(folder) ?? {};
    const name = textAt(tableAt(manifest, 'package'), 'name');
    if (name === null) continue;
    const library = textAt(tableAt(manifest, 'lib'), 'name') ?? name;
    packages.set(folder, { folder, manifest, name: library.replaceAll('-', '_') });
  }
  return packages;
}

function libraryRoot(project: Project, owner: Package): string | null {
  const declared = textAt(tableAt(owner.manifest, 'lib'), 'path');
  const path = joinPath(owner.folder, declared ?? 'src/lib.rs');
  return path !== null && project.files.has(path) ? path : null;
}

/** The folders in which Cargo looks for targets, by the key that turns this off. */
const automaticFolders = {
  autobins: 'src/bin',
  autotests: 'tests',
  autoexamples: 'examples',
  autobenches: 'benches',
} as const;

/** Roots of programs, tests, examples, benchmarks and the build script. */
function targetRoots(project: Project, owner: Package): string[] {
  const { folder, manifest } = owner;
  const declared = ['bin', 'test', 'example', 'bench'].flatMap((kind) =>
    listAt(manifest, kind).flatMap((target) => (isTable(target) ? rootsOf(kind, target) : [])),
  );
  const build = textAt(tableAt(manifest, 'package'), 'build') ?? 'build.rs';
  const named = ['src/main.rs', build, ...declared].map((path) => joinPath(folder, path));
  const isOff = (key: string) => tableAt(manifest, 'package')[key] === false;
  const folders = Object.entries(automaticFolders).flatMap(([key, name]) =>
    isOff(key) ? [] : [name],
  );
  const automatic = new RegExp(`^(?:${folders.join('|')})/(?:[^/]+\\.rs|[^/]+/main\\.rs)$`);
  const prefix = folder === '' ? '' : `${folder}/`;
  const found = [...project.files.keys()].filter(
    (path) => path.startsWith(prefix) && automatic.test(path.slice(prefix.length)),
  );
  const roots = named.filter((path): path is string => path !== null && project.files.has(path));
  return [...new Set([...roots, ...found])];
}

/** Possible roots of a declared target; without a path, they follow from its name. */
function rootsOf(kind: string, target: TomlTable): string[] {
  const path = textAt(target, 'path');
  const name = textAt(target, 'name');
  if (path !== null || name === null) return path === null ? [] : [path];
  const folder = { bin: 'src/bin', test: 'tests', example: 'examples' }[kind] ?? 'benches';
  return [`${folder}/${name}.rs`, `${folder}/${name}/main.rs`];
}

function openCrate(project: Project, root: string, owner: Package): OpenCrate {
  const modules = new Map<string, string>([['', root]]);
  const variants = new Map<string, string[]>();
  const macros = new Map<string, MacroPlace[]>();
  const isProcedural = tableAt(owner.manifest, 'lib')['proc-macro'] === true;
  const queue: ModuleFile[] = [{ module: '', path: root, folder: folderOf(root), open: false }];
  const seen = new Set([root]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const file = project.files.get(next.path);
    if (file === undefined) continue;
    // The macros of a procedural crate are the functions in its root file.
    const kinds = isProcedural && next.path === root ? ['macro', 'function'] : ['macro'];
    const own = new Set(
      file.facts.symbols.flatMap(({ name, kind }) => (kinds.includes(kind) ? [name] : [])),
    );
    for (const name of own) append(macros, name, next);
    for (const child of childModules(project, owner, file, next)) {
      // The tree is finite, but a `#[path]` may point back at a parent.
      if (seen.has(child.path)) continue;
      if (modules.has(child.module)) append(variants, child.module, child.path);
      else modules.set(child.module, child.path);
      seen.add(child.path);
      queue.push(child);
    }
  }
  const edition = tableAt(owner.manifest, 'package').edition ?? '2015';
  const fromRoot = edition === '2015';
  return { root, package: owner.folder, fromRoot, modules, variants, macros, libraries: new Map() };
}

interface ModuleFile extends MacroPlace {
  /** Folder in which the files of the module's own modules lie. */
  readonly folder: string;
}

/** Files of the `mod x;` in a file, the usual build first, then files that macros bring in. */
function childModules(
  project: Project,
  owner: Package,
  file: ParsedFile,
  { module, folder }: ModuleFile,
): ModuleFile[] {
  const { imports } = file.facts;
  const inner = (fact: ImportFact, name: string) => joined(module, fact.detail, name);
  const files = usualFirst(imports.filter(isModule)).flatMap((fact) => {
    const path = modulePath(project, fact, file.path, folder);
    if (path === null) return [];
    const [name = ''] = fact.specifier.split('=', 1);
    const isFolder = nameOf(path) === 'mod.rs' || fact.specifier.includes('=');
    const children = isFolder ? folderOf(path) : below(folderOf(path), stemOf(path));
    return [{ module: inner(fact, name), path, folder: children, open: fact.star }];
  });
  const walked = imports.flatMap((fact) => {
    if (fact.style !== 'folder') return [];
    return filesIn(project, owner, fact.specifier).map((path) => ({
      module: inner(fact, stemOf(path)),
      path,
      folder: below(folderOf(path), stemOf(path)),
      open: false,
    }));
  });
  const included = imports.flatMap((fact) => {
    const path = fact.style === 'include' ? joinPath(folderOf(file.path), fact.specifier) : null;
    const isThere = path !== null && project.files.get(path)?.language === 'rust';
    return isThere ? [{ module: inner(fact, ''), path, folder, open: true }] : [];
  });
  return [...files, ...walked, ...included];
}

/** The modules in a folder that a macro walks; `path` is relative to the package's folder. */
export function filesIn(project: Project, { folder }: { folder: string }, path: string): string[] {
  const walked = joinPath(folder, path);
  return [...project.files.values()].flatMap(({ path: each, language }) => {
    const isMain = /^(?:mod|lib|main)\.rs$/.test(nameOf(each));
    return language === 'rust' && folderOf(each) === walked && !isMain ? [each] : [];
  });
}

/** The file of a `mod x;` in the file `from`, whose own modules lie in `folder`. */
function modulePath(
  project: Project,
  { specifier, detail: within }: ImportFact,
  from: string,
  folder: string,
): string | null {
  const [name = '', attribute] = specifier.split('=', 2);
  const base = within === '' ? folder : below(folder, within.replaceAll('::', '/'));
  const candidates =
    attribute === undefined
      ? [below(base, `${name}.rs`), below(base, `${name}/mod.rs`)]
      : [joinPath(within === '' ? folderOf(from) : base, attribute)];
  return candidates.find((path) => path !== null && project.files.has(path)) ?? null;
}

interface Workspace {
  readonly manifests: ReadonlyMap<string, TomlTable>;
  readonly packages: ReadonlyMap<string, Package>;
  /** Libraries by the folder of their package. */
  readonly libraries: ReadonlyMap<string, Crate>;
  /** Name of a package to the folder of the repository that replaces it. */
  readonly patches: ReadonlyMap<string, string>;
}

/** Reads `[patch.crates-io] name = { path = "…" }`, and the older `[replace]`. */
function readPatches(manifests: ReadonlyMap<string, TomlTable>): Map<string, string> {
  const patches = new Map<string, string>();
  for (const [folder, manifest] of manifests) {
    const tables = [...Object.values(tableAt(manifest, 'patch')), manifest.replace];
    for (const [key, value] of tables.flatMap((table) => Object.entries(tableAt(table)))) {
      const path = isTable(value) ? textAt(value, 'path') : null;
      const target = path === null ? null : joinPath(folder, path);
      const name = (isTable(value) ? textAt(value, 'package') : null) ?? key.replace(/:.*$/, '');
      if (target !== null) patches.set(name, target);
    }
  }
  return patches;
}

/** Adds to a crate the names in its code that mean libraries of the repository. */
function connect(crate: OpenCrate, owner: Package, workspace: Workspace): void {
  const own = workspace.libraries.get(owner.folder);
  if (own !== undefined && own !== crate) crate.libraries.set(owner.name, own);
  const targets = Object.values(tableAt(owner.manifest, 'target')).map((each) => tableAt(each));
  for (const table of [owner.manifest, ...targets]) {
    for (const section of ['dependencies', 'dev-dependencies', 'build-dependencies']) {
      for (const [key, value] of Object.entries(tableAt(table, section))) {
        const found = dependency(owner.folder, key, value, workspace);
        const library = found === null ? undefined : workspace.libraries.get(found.folder);
        if (found === null || library === undefined) continue;
        const name = workspace.packages.get(found.folder)?.name ?? key;
        crate.libraries.set(found.isRenamed ? key.replaceAll('-', '_') : name, library);
      }
    }
  }
}

/** Folder of a dependency in the repository, by its own `path`, its workspace's or a patch's. */
function dependency(
  folder: string,
  key: string,
  value: TomlValue,
  { manifests, patches }: Workspace,
): { folder: string; isRenamed: boolean } | null {
  const at = (table: TomlTable, base: string, isOuter: boolean) => {
    const isRenamed = isOuter || table.package !== undefined;
    const path = textAt(table, 'path');
    const name = textAt(table, 'package') ?? key;
    const found = path === null ? (patches.get(name) ?? null) : joinPath(base, path);
    return found === null ? null : { folder: found, isRenamed };
  };
  if (!isTable(value)) return at({}, folder, false);
  const isRenamed = value.package !== undefined;
  if (value.workspace !== true) return at(value, folder, isRenamed);
  for (const parent of foldersUpwards(folder)) {
    const workspace = tableAt(manifests.get(parent), 'workspace');
    if (Object.keys(workspace).length === 0) continue;
    const shared = tableAt(workspace, 'dependencies')[key];
    return at(isTable(shared) ? shared : {}, parent, isRenamed);
  }
  return null;
}
