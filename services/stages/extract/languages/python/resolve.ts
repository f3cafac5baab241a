/**
 * Where Python finds modules. Roots are declared: the folder of a pyproject.toml, setup.cfg or
 * setup.py with its `src` and package folders, and the parent of a topmost package for files below
 * it. Along them names are looked up as Python does. The first segment of a module decides whether
 * it is the repository's; nothing matches by the end of a path. Pure.
 */
import { type Binding, type ImportFact, type ParsedFile, softness } from '../../facts/facts.ts';
import { below, folderOf, isBelow, joinPath, nameOf, stemOf } from '../../paths.ts';
import { emptyResolution, type Link, linkOf, type Project, type Resolution } from '../language.ts';
import { openPythonRoots, type SeenRoots } from './roots.ts';

type Found =
  /** A module or a regular package. */
  | { readonly kind: 'file'; readonly path: string; readonly confidence?: number }
  /** A folder without `__init__`. */
  | { readonly kind: 'namespace'; readonly folder: string; readonly confidence?: number }
  /** The package is the repository's, the rest of the name is not there. */
  | { readonly kind: 'broken'; readonly reason?: string }
  | { readonly kind: 'external' };

/** At one place of the repository. */
type Here = Exclude<Found, { kind: 'external' }>;

export function openPythonResolver(project: Project) {
  const roots = openPythonRoots(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    for (const fact of file.facts.imports) {
      const relative = /^\.+/.exec(fact.specifier)?.[0].length ?? 0;
      const found =
        relative > 0
          ? findRelative(project, roots.of(file.path), file.path, fact.specifier)
          : findAbsolute(project, roots.of(file.path), fact.specifier.split('.'));
      addFound({ project, file, resolution }, fact, found);
    }
    return resolution;
  };
}

/** Without `__init__` files only the way a program is started says where packages begin. */
const namespaceConfidence = 0.8;

/**
 * From the package that the file is in, or one around it. Above the topmost regular package Python
 * refuses to climb, unless that lies in a namespace: a folder that is below a root, and is none.
 */
function findRelative(project: Project, seen: SeenRoots, from: string, specifier: string): Found {
  const dots = /^\.+/.exec(specifier)?.[0].length ?? 0;
  const base = joinPath(folderOf(from), '../'.repeat(dots - 1));
  if (base === null) return { kind: 'broken', reason: 'leads out of the repository' };
  const rest = specifier.slice(dots);
  const found = findBelow(project, base, rest === '' ? [] : rest.split('.'));
  const isPackage = project.files.has(below(base, '__init__.py'));
  if (isPackage || found.kind === 'broken') return found;
  const isRoot = seen.stated.includes(base);
  const reason = 'climbs above the topmost package';
  if (isRoot && base !== folderOf(from)) return { kind: 'broken', reason };
  return isRoot || base !== folderOf(from) ? { ...found, confidence: namespaceConfidence } : found;
}

/** Always the interpreter's own, whatever files are called. */
const builtin = new Set(
  (
    'atexit builtins errno faulthandler gc itertools marshal posix nt pwd sys time ' +
    '_abc _ast _codecs _collections _functools _imp _io _locale _operator _signal _sre _stat ' +
    '_string _symtable _thread _tracemalloc _warnings _weakref'
  ).split(' '),
);

/**
 * Along the roots the first regular package or module has the name; only where there is none is it
 * a namespace, which all roots share.
 */
function findAbsolute(project: Project, seen: SeenRoots, segments: readonly string[]): Found {
  const [first = ''] = segments;
  if (builtin.has(first)) return { kind: 'external' };
  const mapped = findMapped(project, seen.packages, segments);
  if (mapped !== null) return mapped;
  const namespaces: string[] = [];
  for (const root of seen.roots) {
    const top = findBelow(project, root, [first]);
    if (top.kind === 'file') return findBelow(project, root, segments);
    if (top.kind === 'namespace') namespaces.push(root);
  }
  let namespace: Found | null = null;
  for (const root of namespaces) {
    const found = findBelow(project, root, segments);
    if (found.kind === 'file') return found;
    if (found.kind === 'namespace') namespace ??= found;
  }
  return namespace ?? findGuessed(project, seen.guesses, segments);
}

/** Packages that lie in a folder of another name; the longest name owns a module. */
function findMapped(
  project: Project,
  packages: ReadonlyMap<string, string>,
  segments: readonly string[],
): Here | null {
  for (let length = segments.length; length > 0; length -= 1) {
    const folder = packages.get(segments.slice(0, length).join('.'));
    if (folder !== undefined && project.folders.has(folder)) {
      return findBelow(project, folder, segments.slice(length));
    }
  }
  return null;
}

/** Where a build file is a program that says where packages lie, and what it says is unknown. */
const guessedConfidence = 0.6;

function findGuessed(
  project: Project,
  guesses: readonly string[],
  segments: readonly string[],
): Found {
  const [first = ''] = segments;
  const tops = guesses.filter((root) => findBelow(project, root, [first]).kind === 'file');
  const [root] = tops;
  if (root === undefined || tops.length > 1) return { kind: 'external' };
  const found = findBelow(project, root, segments);
  return found.kind === 'broken' ? found : { ...found, confidence: guessedConfidence };
}

/** A package comes before a module, what runs before what only has types, a namespace last. */
function findBelow(project: Project, root: string, segments: readonly string[]): Here {
  const place = below(root, segments.join('/'));
  const isRoot = segments.length === 0;
  const candidates = [
    below(place, '__init__.py'),
    ...(isRoot ? [] : [`${place}.py`]),
    below(place, '__init__.pyi'),
    ...(isRoot ? [] : [`${place}.pyi`]),
  ];
  const path = candidates.find((candidate) => project.files.has(candidate));
  if (path !== undefined) return { kind: 'file', path };
  return project.folders.has(place) ? { kind: 'namespace', folder: place } : { kind: 'broken' };
}

interface Work {
  readonly project: Project;
  readonly file: ParsedFile;
  readonly resolution: Resolution;
}

function addFound(work: Work, fact: ImportFact, found: Found): void {
  const { file, resolution } = work;
  const { specifier } = fact;
  if (fact.style === 'top') {
    if (found.kind === 'file') addTop(work, fact, found.path);
  } else if (found.kind === 'external') {
    resolution.externals.push(specifier.split('.', 1)[0] ?? specifier);
  } else if (found.kind === 'broken') {
    const reason = found.reason ?? 'no such module in the repository';
    resolution.unresolved.push({ specifier, reason });
  } else if (fact.style === 'import') {
    if (found.kind !== 'file') return;
    const { path, confidence = 1 } = found;
    resolution.links.push(weigh(file, linkOf(fact, path, { confidence })));
  } else addNames(work, fact, found);
}

/** The package around an imported submodule counts only for what is used of it directly. */
function addTop({ project, file, resolution }: Work, fact: ImportFact, path: string): void {
  const used = (file.facts.members.get(fact.specifier) ?? []).filter(
    (name) => findBelow(project, folderOf(path), [name]).kind !== 'file',
  );
  if (used.length === 0) return;
  const bindings = used.map((name) => ({ name, local: `${fact.specifier}.${name}` }));
  resolution.links.push(weigh(file, linkOf(fact, path, { bindings })));
}

/** `from p import x`: the submodule `p.x` where there is one, else a name of `p` itself. */
function addNames(
  { project, file, resolution }: Work,
  fact: ImportFact,
  found: Extract<Found, { kind: 'file' | 'namespace' }>,
): void {
  const isPackage = found.kind === 'namespace' || /^__init__\.pyi?$/.test(nameOf(found.path));
  const folder = found.kind === 'namespace' ? found.folder : folderOf(found.path);
  const { confidence = 1 } = found;
  const own = [];
  for (const binding of fact.bindings) {
    const submodule = isPackage ? findBelow(project, folder, [binding.name]) : null;
    const defined = found.kind === 'file' && defines(project, found.path, binding.name);
    if (submodule?.kind === 'file' && !defined && submodule.path !== file.path) {
      const bindings = [{ name: '*', local: binding.local }];
      resolution.links.push(weigh(file, linkOf(fact, submodule.path, { bindings, confidence })));
    } else if (found.kind === 'file') own.push(binding);
    else if (submodule?.kind !== 'namespace') {
      const specifier = `${fact.specifier}.${binding.name}`.replace(/^(\.+)\./, '$1');
      resolution.unresolved.push({ specifier, reason: 'no such module in the repository' });
    }
  }
  if (found.kind === 'file' && (own.length > 0 || fact.star)) {
    const bindings = [...submoduleOf(file, found.path), ...own];
    resolution.links.push(weigh(file, linkOf(fact, found.path, { bindings, confidence })));
  }
}

/** `from .a import x` in a package also makes `a` a name of the package, unless another is. */
function submoduleOf(file: ParsedFile, path: string): Binding[] {
  const isInit = /^__init__\.pyi?$/.test(nameOf(file.path));
  if (!isInit || folderOf(path) !== folderOf(file.path)) return [];
  const local = stemOf(path);
  const bound = file.facts.imports.some(({ bindings }) => bindings.some((b) => b.local === local));
  return bound ? [] : [{ name: '*', local }];
}

function defines(project: Project, path: string, name: string): boolean {
  const symbols = project.files.get(path)?.facts.symbols ?? [];
  return symbols.some((symbol) => symbol.name === name && symbol.parent === null);
}

/** What a package's `__init__` imports from below itself it passes on. */
function weigh(file: ParsedFile, link: Link): Link {
  const isInit = /^__init__\.pyi?$/.test(nameOf(file.path));
  if (!isInit || link.kind === 'type-only') return link;
  if (!isBelow(link.to, folderOf(file.path))) return link;
  return { ...link, kind: 're-export', softness: Math.max(link.softness, softness.passedOn) };
}
