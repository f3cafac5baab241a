/**
 * Where Go finds packages: the module path of the nearest go.mod, its `replace` folders and the
 * other modules of the repository that it requires; a package is a folder. Edges go to the files
 * that declare the names used, also inside one package. Pure.
 */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { below, folderOf, foldersUpwards, joinPath, nameOf } from '../../paths.ts';
import { emptyResolution, type Link, type Project, type Resolution } from '../language.ts';

const samePackageConfidence = 0.95;
/** Several files declare the name, for different systems: any of them is meant. */
const alternativeConfidence = 0.8;

interface Module {
  readonly path: string;
  readonly folder: string;
  readonly requires: ReadonlySet<string>;
  /** Module path to folder of the repository. */
  readonly replaces: ReadonlyMap<string, string>;
}

interface Package {
  /** What its clauses say: programs that are run by `go generate` lie beside it as `main`. */
  readonly name: string;
  readonly files: readonly ParsedFile[];
  /** Top-level name to the files that declare it. */
  readonly declares: ReadonlyMap<string, readonly string[]>;
}

export function openGoResolver(project: Project) {
  const modules = readModules(project);
  const packages = readPackages(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const module = foldersUpwards(folderOf(file.path)).flatMap((f) => modules.get(f) ?? [])[0];
    const imported = new Set<string>();
    for (const fact of file.facts.imports) {
      const folder = packageFolder(fact.specifier, module, modules);
      if (folder === null) resolution.externals.push(fact.specifier);
      else addPackage({ file, resolution, imported }, fact, packages.get(folder));
      for (const name of localNames(fact)) imported.add(name);
    }
    const own = packages.get(folderOf(file.path));
    const uses = file.facts.uses.filter((name) => !imported.has(name));
    resolution.links.push(...linksTo(visibleFrom(own, file), uses, 'same-package', file.path));
    return resolution;
  };
}

/** Folder of a package of the repository; null when the path belongs to no module in it. */
function packageFolder(
  specifier: string,
  module: Module | undefined,
  modules: ReadonlyMap<string, Module>,
): string | null {
  if (module === undefined) return null;
  const inside = (path: string, folder: string): string | null => {
    if (specifier === path) return folder;
    return specifier.startsWith(`${path}/`)
      ? below(folder, specifier.slice(path.length + 1))
      : null;
  };
  const reachable: [path: string, folder: string][] = [
    [module.path, module.folder],
    ...module.replaces,
    ...[...modules.values()]
      .filter((other) => module.requires.has(other.path))
      .map((other): [string, string] => [other.path, other.folder]),
  ];
  // The longest module path owns a package.
  reachable.sort(([a], [b]) => b.length - a.length || compareText(a, b));
  for (const [path, folder] of reachable) {
    const found = inside(path, folder);
    if (found !== null) return found;
  }
  return null;
}

interface Work {
  readonly file: ParsedFile;
  readonly resolution: Resolution;
  /** Names that imports bring in. */
  readonly imported: Set<string>;
}

function addPackage(
  { file, resolution, imported }: Work,
  fact: ImportFact,
  target: Package | undefined,
): void {
  if (target === undefined) {
    const reason = 'no such package in the module';
    resolution.unresolved.push({ specifier: fact.specifier, reason });
    return;
  }
  const files = target.files.filter((other) => other.facts.scope === target.name);
  const sources = files.filter((other) => !other.path.endsWith('_test.go'));
  // Tests beside the package, `package x_test`, see what its own tests export to them.
  const isBeside = file.path.endsWith('_test.go') && target.files.includes(file);
  const visible = { ...target, files: isBeside ? files : sources };
  const local = fact.style === '' ? target.name : fact.style;
  imported.add(local);
  const names = local === '.' ? file.facts.uses : (file.facts.members.get(local) ?? []);
  const links = linksTo(visible, names, 'import', file.path);
  resolution.links.push(...(links.length > 0 ? links : wholePackage(sources)));
}

/** Imported for its effects, or only for a method: the files with an `init`, else the first. */
function wholePackage(sources: readonly ParsedFile[]): Link[] {
  const active = sources.filter((file) => file.facts.symbols.some(({ name }) => name === 'init'));
  const files = active.length > 0 ? active : sources.slice(0, 1);
  return files.map((file) => linkTo(file.path, [], 'import', alternativeConfidence));
}

function linksTo(
  target: Package | null,
  names: readonly string[],
  kind: Link['kind'],
  from: string,
): Link[] {
  if (target === null) return [];
  const byFile = new Map<string, string[]>();
  const allowed = new Set(target.files.map((file) => file.path));
  const several = new Set<string>();
  for (const name of names) {
    const files = (target.declares.get(name) ?? []).filter((path) => allowed.has(path));
    if (files.includes(from)) continue;
    if (files.length > 1) for (const path of files) several.add(path);
    for (const path of files) append(byFile, path, name);
  }
  const certain = kind === 'same-package' ? samePackageConfidence : 1;
  return [...byFile].map(([path, used]) =>
    linkTo(path, used, kind, several.has(path) ? alternativeConfidence : certain),
  );
}

function linkTo(
  to: string,
  names: readonly string[],
  kind: Link['kind'],
  confidence: number,
): Link {
  const bindings = names.map((name) => ({ name, local: name }));
  return { to, kind, bindings, star: false, softness: 0, confidence };
}

/** The files of the same package clause; sources do not see tests. */
function visibleFrom(own: Package | undefined, file: ParsedFile): Package | null {
  if (own === undefined) return null;
  const isTest = file.path.endsWith('_test.go');
  const files = own.files.filter(
    (other) =>
      other.facts.scope === file.facts.scope && (isTest || !other.path.endsWith('_test.go')),
  );
  return { ...own, files };
}

function readPackages(project: Project): Map<string, Package> {
  const byFolder = new Map<string, ParsedFile[]>();
  for (const file of project.files.values()) {
    if (file.language === 'go' && file.parser !== 'none')
      append(byFolder, folderOf(file.path), file);
  }
  return new Map([...byFolder].map(([folder, files]) => [folder, readPackage(files)]));
}

function readPackage(files: readonly ParsedFile[]): Package {
  const declares = new Map<string, string[]>();
  for (const file of files) {
    for (const { name, kind } of file.facts.symbols) {
      if (kind === 'method' || name === 'init' || name === '_') continue;
      if (declares.get(name)?.at(-1) !== file.path) append(declares, name, file.path);
    }
  }
  const names = files
    .filter(({ path }) => !path.endsWith('_test.go'))
    .map(({ facts }) => facts.scope ?? '');
  return { name: names.find((name) => name !== 'main') ?? names[0] ?? '', files, declares };
}

/**
 * What an import may be called in the file. An external package's clause is not at hand, so these
 * are all names it may have: `yaml` for `gopkg.in/yaml.v3`, `json` for `goccy/go-json`.
 */
function localNames(fact: ImportFact): string[] {
  if (fact.style !== '') return [fact.style];
  const parts = fact.specifier.split('/').filter((part) => !/^v\d+$/.test(part));
  const name = (parts.at(-1) ?? '').replace(/\.v\d+$/, '');
  return [name, name.replace(/^go[-.]|[-.]go$/g, ''), name.replaceAll(/[-.]/g, '')];
}

/** Modules by the folder of their go.mod. */
function readModules(project: Project): Map<string, Module> {
  const modules = new Map<string, Module>();
  for (const file of project.files.values()) {
    if (file.manifest === null || nameOf(file.path) !== 'go.mod') continue;
    const module = readModule(folderOf(file.path), file.manifest);
    if (module !== null) modules.set(module.folder, module);
  }
  return modules;
}

function readModule(folder: string, text: string): Module | null {
  const path = /^\s*module\s+"?([^\s"]+)/m.exec(text)?.[1];
  if (path === undefined) return null;
  const replaces = new Map<string, string>();
  for (const match of text.matchAll(
    /([\w./~-]+)(?:\s+v\S+)?\s+=>\s+(\.{1,2}\/\S*|\.{1,2})\s*$/gm,
  )) {
    const target = joinPath(folder, match[2] ?? '');
    if (target !== null) replaces.set(match[1] ?? '', target);
  }
  const requires = [...text.matchAll(/^\s*(?:require\s+)?([\w./~-]+)\s+v\d/gm)];
  return { path, folder, replaces, requires: new Set(requires.map((match) => match[1] ?? '')) };
}
