/**
 * Where Go finds names: a package is a folder (modules.ts says which), and edges go to the files
 * that declare the names used, also inside one package. Pure.
 */
import { append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { folderOf } from '../../paths.ts';
import { emptyResolution, type Link, type Project, type Resolution } from '../language.ts';
import { openModules } from './modules.ts';

const samePackageConfidence = 0.95;
/** For a name that several files declare, each for another system: any may be meant. */
const alternativeConfidence = 0.8;

interface Package {
  /** From its clauses, other than `main` if possible: `go generate` programs lie beside it. */
  readonly name: string;
  readonly files: readonly ParsedFile[];
  /** Top-level name to the files that declare it. */
  readonly declares: ReadonlyMap<string, readonly string[]>;
}

export function openGoResolver(project: Project) {
  const packages = readPackages(project);
  const find = openModules(project, packages);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const imported = new Set<string>();
    for (const fact of file.facts.imports) {
      const found = find(file.path, fact.specifier);
      if (found === null) resolution.externals.push(fact.specifier);
      else {
        const { folder, confidence } = found;
        addPackage({ file, resolution, imported, confidence }, fact, packages.get(folder));
      }
      for (const name of localNames(fact)) imported.add(name);
    }
    const own = packages.get(folderOf(file.path));
    const uses = file.facts.uses.filter((name) => !imported.has(name));
    resolution.links.push(...linksTo(visibleFrom(own, file), uses, 'same-package', file.path));
    return resolution;
  };
}

interface Work {
  readonly file: ParsedFile;
  readonly resolution: Resolution;
  /** Names that imports may bind in the file. */
  readonly imported: Set<string>;
  /** Confidence that the import means this package's folder. */
  readonly confidence: number;
}

function addPackage(
  { file, resolution, imported, confidence }: Work,
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
  // External tests (`package x_test`) also see the exports of the package's own test files.
  const isBeside = file.path.endsWith('_test.go') && target.files.includes(file);
  const visible = { ...target, files: isBeside ? files : sources };
  const local = fact.style === '' ? target.name : fact.style;
  imported.add(local);
  const names = local === '.' ? file.facts.uses : (file.facts.members.get(local) ?? []);
  const links = linksTo(visible, names, 'import', file.path);
  const all = links.length > 0 ? links : wholePackage(sources);
  resolution.links.push(
    ...all.map((link) => ({ ...link, confidence: Math.min(link.confidence, confidence) })),
  );
}

/** Links for an import of effects or methods only: files with an `init`, else the first file. */
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

/** Returns the package limited to files with the same clause; sources do not see tests. */
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
 * Names that an import may have in the file. The clause of an external package is not available, so
 * all likely names count: `yaml` for `gopkg.in/yaml.v3`, `json` for `goccy/go-json`.
 */
function localNames(fact: ImportFact): string[] {
  if (fact.style !== '') return [fact.style];
  const parts = fact.specifier.split('/').filter((part) => !/^v\d+$/.test(part));
  const name = (parts.at(-1) ?? '').replace(/\.v\d+$/, '');
  return [name, name.replace(/^go[-.]|[-.]go$/g, ''), name.replaceAll(/[-.]/g, '')];
}
