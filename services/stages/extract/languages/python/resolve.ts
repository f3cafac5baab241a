/**
 * Where Python finds modules. Roots are declared: the folder of a pyproject.toml, setup.cfg or
 * setup.py with its `src` and package folders, and the parent of a topmost package for files below
 * it. The first segment of a module decides whether it is the repository's; nothing matches by the
 * end of a path. Pure.
 */
import { type Binding, type ImportFact, type ParsedFile, softness } from '../../facts/facts.ts';
import { below, folderOf, isBelow, joinPath, nameOf, stemOf } from '../../paths.ts';
import { emptyResolution, type Link, linkOf, type Project, type Resolution } from '../language.ts';
import { openPythonRoots } from './roots.ts';

type Found =
  /** A module or a regular package. */
  | { readonly kind: 'file'; readonly path: string }
  /** A folder without `__init__`. */
  | { readonly kind: 'namespace'; readonly folder: string }
  /** The package is the repository's, the rest of the name is not there. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'external' };

export function openPythonResolver(project: Project) {
  const roots = openPythonRoots(project);
  return (file: ParsedFile): Resolution => {
    const resolution = emptyResolution();
    for (const fact of file.facts.imports) {
      const relative = /^\.+/.exec(fact.specifier)?.[0].length ?? 0;
      const found =
        relative > 0
          ? findRelative(project, file.path, fact.specifier, relative)
          : findAbsolute(project, roots.of(file.path), fact.specifier.split('.'));
      addFound({ project, file, resolution }, fact, found);
    }
    return resolution;
  };
}

function findRelative(project: Project, from: string, specifier: string, dots: number): Found {
  const base = joinPath(folderOf(from), '../'.repeat(dots - 1));
  if (base === null) return { kind: 'broken' };
  const rest = specifier.slice(dots);
  return findBelow(project, base, rest === '' ? [] : rest.split('.'));
}

function findAbsolute(project: Project, roots: readonly string[], segments: string[]): Found {
  const [first = ''] = segments;
  let namespace: Found | null = null;
  for (const root of roots) {
    const top = findBelow(project, root, [first]);
    if (top.kind === 'broken' || top.kind === 'external') continue;
    const found = findBelow(project, root, segments);
    // A namespace may be spread over several roots; a regular package is all there is.
    if (top.kind === 'file' || found.kind === 'file') return found;
    if (found.kind === 'namespace') namespace ??= found;
  }
  return namespace ?? { kind: 'external' };
}

function findBelow(project: Project, root: string, segments: readonly string[]): Found {
  const place = below(root, segments.join('/'));
  const candidates = [
    below(place, '__init__.py'),
    below(place, '__init__.pyi'),
    ...(segments.length === 0 ? [] : [`${place}.py`, `${place}.pyi`]),
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
    resolution.unresolved.push({ specifier, reason: 'no such module in the repository' });
  } else if (fact.style === 'import') {
    if (found.kind === 'file') resolution.links.push(weigh(file, linkOf(fact, found.path)));
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
  const own = [];
  for (const binding of fact.bindings) {
    const submodule = isPackage ? findBelow(project, folder, [binding.name]) : null;
    const defined = found.kind === 'file' && defines(project, found.path, binding.name);
    if (submodule?.kind === 'file' && !defined && submodule.path !== file.path) {
      const bindings = [{ name: '*', local: binding.local }];
      resolution.links.push(weigh(file, linkOf(fact, submodule.path, { bindings })));
    } else if (found.kind === 'file') own.push(binding);
    else if (submodule?.kind !== 'namespace') {
      const specifier = `${fact.specifier}.${binding.name}`.replace(/^(\.+)\./, '$1');
      resolution.unresolved.push({ specifier, reason: 'no such module in the repository' });
    }
  }
  if (found.kind === 'file' && (own.length > 0 || fact.star)) {
    const bindings = [...submoduleOf(file, found.path), ...own];
    resolution.links.push(weigh(file, linkOf(fact, found.path, { bindings })));
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
