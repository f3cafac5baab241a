/**
 * Where Python finds modules. Roots are the folder of a pyproject.toml, setup.cfg or setup.py with
 * its `src` and package folders, the repository's root, and the parent of a file's topmost package.
 * Names are looked up along the roots as Python does. The first segment of a module decides whether
 * it is in the repository; nothing matches by the end of a path. Pure.
 */
import { type Binding, type ImportFact, type ParsedFile, softness } from '../../facts/facts.ts';
import { below, folderOf, isBelow, joinPath, nameOf, stemOf } from '../../paths.ts';
import { emptyResolution, type Link, linkOf, type Project, type Resolution } from '../language.ts';
import { isOnPath, openPythonRoots, type SeenRoots } from './roots.ts';

type Found =
  /** A module or a regular package. */
  | { readonly kind: 'file'; readonly path: string; readonly confidence?: number }
  /** A folder without `__init__`. */
  | { readonly kind: 'namespace'; readonly folder: string; readonly confidence?: number }
  /** The package is in the repository, but the module is not, or Python refuses the import. */
  | { readonly kind: 'broken'; readonly reason?: string }
  | { readonly kind: 'external' };

/** The result of a lookup at one place of the repository. */
type Here = Exclude<Found, { kind: 'external' }>;

export function openPythonResolver(project: Project) {
  const roots = openPythonRoots(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    const seen = roots.of(file.path);
    for (const fact of file.facts.imports) {
      if (isOnPath(fact)) continue;
      const relative = /^\.+/.exec(fact.specifier)?.[0].length ?? 0;
      const found =
        relative > 0
          ? findRelative(project, seen, file.path, fact.specifier)
          : findAbsolute(project, seen, fact.specifier.split('.'));
      addFound({ project, file, resolution }, fact, found);
    }
    return resolution;
  };
}

/** Without `__init__` files, where packages begin depends on how the program is started. */
const namespaceConfidence = 0.8;

/**
 * Resolves from the package that the file is in, or one around it. Python refuses to climb above
 * the topmost package, which may be a namespace: a folder below a root that is not itself a root.
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

/** Modules that are always the interpreter's own, even if a file has the same name. */
const builtin = new Set(
  (
    'atexit builtins errno faulthandler gc itertools marshal posix nt pwd sys time ' +
    '_abc _ast _codecs _collections _functools _imp _io _locale _operator _signal _sre _stat ' +
    '_string _symtable _thread _tracemalloc _warnings _weakref'
  ).split(' '),
);

/**
 * Resolves to the first regular package or module of the name along the roots. Only if there is
 * none, the name is a namespace, which all roots share.
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
  return namespace ?? findGuessed(project, seen, segments);
}

/** Resolves a package whose folder may have another name; the longest name owns a module. */
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

/** For a module at a guessed place: a program decides where, and could not be read. */
const guessedConfidence = 0.6;

function findGuessed(project: Project, seen: SeenRoots, segments: readonly string[]): Found {
  const [first = ''] = segments;
  const tops = seen
    .guesses(first)
    .filter((root) => findBelow(project, root, [first]).kind === 'file');
  const [root] = tops;
  if (tops.length > 1 && seen.isComputed) {
    return { kind: 'broken', reason: 'several folders have it, and a program decides which' };
  }
  if (root === undefined || tops.length > 1) return { kind: 'external' };
  const found = findBelow(project, root, segments);
  return found.kind === 'broken' ? found : { ...found, confidence: guessedConfidence };
}

/** `.py` comes before `.pyi`, a package before a module with the same ending, a namespace last. */
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

/** Links the `a` of `import a.b` only for names used from `a` itself, not for submodules. */
function addTop({ project, file, resolution }: Work, fact: ImportFact, path: string): void {
  const used = (file.facts.members.get(fact.specifier) ?? []).filter(
    (name) => findBelow(project, folderOf(path), [name]).kind !== 'file',
  );
  if (used.length === 0) return;
  const bindings = used.map((name) => ({ name, local: `${fact.specifier}.${name}` }));
  resolution.links.push(weigh(file, linkOf(fact, path, { bindings })));
}

/** Links `from p import x` to the submodule `p.x` unless `p` defines `x`; else to `p`. */
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

/** `from .a import x` in `__init__` also binds `a` there, unless another import binds it. */
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

/** Makes a link from a package's `__init__` to a file inside the package a re-export. */
function weigh(file: ParsedFile, link: Link): Link {
  const isInit = /^__init__\.pyi?$/.test(nameOf(file.path));
  if (!isInit || link.kind === 'type-only') return link;
  if (!isBelow(link.to, folderOf(file.path))) return link;
  return { ...link, kind: 're-export', softness: Math.max(link.softness, softness.passedOn) };
}
