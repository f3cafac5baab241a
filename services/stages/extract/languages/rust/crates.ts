/** Crates and their module trees, from Cargo.toml and `mod` declarations. Pure. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, foldersUpwards, joinPath, nameOf, stemOf } from '../../paths.ts';
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

/** One target: a library, program, test or example with the files reached from its root. */
export interface Crate {
  readonly root: string;
  /** Edition 2015, in which `use a::b` starts at the crate's root. */
  readonly fromRoot: boolean;
  /** Module path such as `a::b` to its file; '' is the root. */
  readonly modules: ReadonlyMap<string, string>;
  /** Name in code to the library it means, for those in the repository. */
  readonly libraries: ReadonlyMap<string, Crate>;
  /** Name of a macro to the modules that define it. */
  readonly macros: ReadonlyMap<string, readonly MacroPlace[]>;
}

export interface MacroPlace {
  readonly path: string;
  readonly module: string;
  /** Declared with `#[macro_use]`, so that the rest of the crate sees it. */
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
  /** Name in code. */
  readonly name: string;
}

type OpenCrate = Crate & { readonly libraries: Map<string, Crate> };

/** Every Rust file that a crate reaches, by path. */
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
  for (const { crate, owner } of crates) {
    connect(crate, owner, { manifests, packages, libraries });
    // Libraries come first, so a file shared with a program counts as the library's.
    for (const [module, path] of crate.modules) {
      if (!places.has(path)) places.set(path, { crate, module });
    }
  }
  return places;
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

/** Roots of programs, tests, examples, benchmarks and the build script. */
function targetRoots(project: Project, owner: Package): string[] {
  const { folder, manifest } = owner;
  const declared = ['bin', 'test', 'example', 'bench'].flatMap((kind) =>
    listAt(manifest, kind).flatMap((target) =>
      isTable(target) ? (textAt(target, 'path') ?? []) : [],
    ),
  );
  const build = textAt(tableAt(manifest, 'package'), 'build') ?? 'build.rs';
  const named = ['src/main.rs', build, ...declared].map((path) => joinPath(folder, path));
  const automatic = /^(?:src\/bin|tests|examples|benches)\/(?:[^/]+\.rs|[^/]+\/main\.rs)$/;
  const prefix = folder === '' ? '' : `${folder}/`;
  const found = [...project.files.keys()].filter(
    (path) => path.startsWith(prefix) && automatic.test(path.slice(prefix.length)),
  );
  const roots = named.filter((path): path is string => path !== null && project.files.has(path));
  return [...new Set([...roots, ...found])];
}

function openCrate(project: Project, root: string, owner: Package): OpenCrate {
  const modules = new Map<string, string>([['', root]]);
  const macros = new Map<string, MacroPlace[]>();
  const isProcedural = tableAt(owner.manifest, 'lib')['proc-macro'] === true;
  const queue: ModuleFile[] = [{ module: '', path: root, folder: folderOf(root), open: false }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const file = project.files.get(next.path);
    if (file === undefined) continue;
    // The functions at the root of a procedural crate are its macros.
    const kinds = isProcedural && next.path === root ? ['macro', 'function'] : ['macro'];
    for (const { name, kind } of file.facts.symbols) {
      if (kinds.includes(kind)) append(macros, name, next);
    }
    for (const child of childModules(project, file, next.module, next.folder)) {
      // The tree is finite, but a `#[path]` may point back at a parent.
      if (modules.has(child.module) || child.path === root) continue;
      modules.set(child.module, child.path);
      queue.push(child);
    }
  }
  const edition = tableAt(owner.manifest, 'package').edition ?? '2015';
  return { root, fromRoot: edition === '2015', modules, macros, libraries: new Map() };
}

interface ModuleFile extends MacroPlace {
  /** Where the files of its own modules lie. */
  readonly folder: string;
}

/** Files of the `mod x;` in a file. */
function childModules(
  project: Project,
  file: ParsedFile,
  module: string,
  folder: string,
): ModuleFile[] {
  return file.facts.imports.flatMap((fact) => {
    if (fact.style !== 'mod') return [];
    const path = modulePath(project, fact, file.path, folder);
    if (path === null) return [];
    const [name = ''] = fact.specifier.split('=', 1);
    const inner = [module, fact.detail, name].filter((part) => part !== '').join('::');
    const isFolder = nameOf(path) === 'mod.rs' || fact.specifier.includes('=');
    const children = isFolder ? folderOf(path) : below(folderOf(path), stemOf(path));
    return [{ module: inner, path, folder: children, open: fact.star }];
  });
}

/** `folder` is where the modules of the file `from` lie. */
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
  /** By the folder of their package. */
  readonly libraries: ReadonlyMap<string, Crate>;
}

/** Which names in a crate's code mean libraries of the repository. */
function connect(crate: OpenCrate, owner: Package, workspace: Workspace): void {
  const own = workspace.libraries.get(owner.folder);
  if (own !== undefined && own !== crate) crate.libraries.set(owner.name, own);
  for (const section of ['dependencies', 'dev-dependencies', 'build-dependencies']) {
    for (const [key, value] of Object.entries(tableAt(owner.manifest, section))) {
      const folder = dependencyFolder(owner.folder, key, value, workspace.manifests);
      const library = folder === null ? undefined : workspace.libraries.get(folder);
      if (folder === null || library === undefined) continue;
      const renamed = isTable(value) && value.package !== undefined;
      const own = workspace.packages.get(folder)?.name ?? key;
      crate.libraries.set(renamed ? key.replaceAll('-', '_') : own, library);
    }
  }
}

/** Folder that a dependency's `path` names, its own or its workspace's. */
function dependencyFolder(
  folder: string,
  key: string,
  value: TomlValue,
  manifests: ReadonlyMap<string, TomlTable>,
): string | null {
  if (!isTable(value)) return null;
  const path = textAt(value, 'path');
  if (path !== null) return joinPath(folder, path);
  if (value.workspace !== true) return null;
  for (const parent of foldersUpwards(folder)) {
    const shared = tableAt(manifests.get(parent), 'workspace', 'dependencies', key);
    const sharedPath = textAt(shared, 'path');
    if (sharedPath !== null) return joinPath(parent, sharedPath);
  }
  return null;
}
