/**
 * Finds the meaning of a Rust path. It follows the path segment by segment through modules with
 * files, inline modules, own items and `use` declarations, to the file that defines it. Pure.
 */
import { addTo, append, type ImportFact, type ParsedFile } from '../../facts/facts.ts';
import { type Budget, openBudget } from '../budget.ts';
import type { Project } from '../language.ts';
import type { Crate, Place } from './crates.ts';
import { isUse, usualFirst } from './imports.ts';
import { joined } from './paths.ts';

/** A module: a file, or an inline module in a file. */
export interface Scope {
  readonly crate: Crate;
  /** Module path of the file. */
  readonly module: string;
  readonly path: string;
  /** Inline modules in the file, `a::b`; '' is the file itself. */
  readonly inline: string;
}

export type Meaning =
  | { readonly kind: 'module'; readonly scope: Scope }
  | { readonly kind: 'item'; readonly path: string; readonly name: string };

export interface Names {
  /**
   * The meanings of a path that is written in a scope: of the usual build first, then of others.
   * None if the path leads out of the repository or is not found, null if that takes too long.
   */
  meaningsOf(scope: Scope, segments: readonly string[]): readonly Meaning[] | null;
  scopeOf(place: Place, file: ParsedFile, inline: string): Scope;
}

/** The contents of one file, by its inline modules. */
interface Contents {
  readonly items: ReadonlyMap<string, ReadonlySet<string>>;
  readonly modules: ReadonlySet<string>;
  readonly uses: ReadonlyMap<string, ReadonlyMap<string, readonly ImportFact[]>>;
  readonly globs: ReadonlyMap<string, readonly ImportFact[]>;
}

/** A chain of names that lead to other names is followed no further than this. */
const chainMax = 256;
/** Names looked up for one path: modules that bring in each other's names have ever more ways. */
const stepsMax = 10_000;
/** Names looked up for all paths of a repository; most paths take a few. */
const allStepsMax = 2 ** 26;
/** Meanings that are kept for a name; each build may have another one. */
const meaningsMax = 4;

export function openNames(project: Project): Names {
  const read = new Map<string, Contents>();
  const contentsOf = (path: string): Contents => {
    const known = read.get(path) ?? readContents(project.files.get(path));
    read.set(path, known);
    return known;
  };
  const found = new Map<Crate, Map<string, readonly Meaning[]>>();
  const all = openBudget(allStepsMax);
  return {
    meaningsOf(scope, segments) {
      const own = openBudget(stepsMax);
      const walk: Walk = { contentsOf, found, open: new Set(), budgets: [own, all] };
      const meanings = meaningsOf(walk, scope, segments);
      return isSpent(walk) ? null : meanings;
    },
    scopeOf: ({ crate, module }, { path }, inline) => ({ crate, module, path, inline }),
  };
}

interface Walk {
  readonly contentsOf: (path: string) => Contents;
  readonly found: Map<Crate, Map<string, readonly Meaning[]>>;
  /** Lookups that have begun and not ended; they break cycles. */
  readonly open: Set<string>;
  /** What this path and all paths may still take, in names. */
  readonly budgets: readonly Budget[];
}

function isSpent({ budgets }: Walk): boolean {
  return budgets.some((budget) => budget.isSpent);
}

function meaningsOf(walk: Walk, scope: Scope, segments: readonly string[]): readonly Meaning[] {
  const [first = '', second = ''] = segments;
  if (first === '') {
    const library = scope.crate.libraries.get(second);
    if (library !== undefined) return follow(walk, moduleOr(rootOf(library)), segments.slice(2));
    return scope.crate.fromRoot
      ? follow(walk, moduleOr(rootOf(scope.crate)), segments.slice(1))
      : [];
  }
  return follow(walk, startOf(walk, scope, first), segments.slice(1));
}

function follow(
  walk: Walk,
  starts: readonly Meaning[],
  segments: readonly string[],
): readonly Meaning[] {
  let all = starts;
  for (const segment of segments) {
    all = distinct(
      all.flatMap((at): readonly Meaning[] => {
        // The members of a type are in the file of the type.
        if (at.kind === 'item' || segment === 'self') return [at];
        if (segment === 'super') return moduleOr(parentOf(at.scope));
        return lookUp(walk, at.scope, segment);
      }),
    );
  }
  return all;
}

function distinct(meanings: readonly Meaning[]): readonly Meaning[] {
  if (meanings.length < 2) return meanings;
  const keyOf = (each: Meaning) =>
    each.kind === 'item'
      ? `${each.path}\0${each.name}`
      : `${each.scope.path}\0${each.scope.inline}\0`;
  return [...new Map(meanings.map((each) => [keyOf(each), each])).values()].slice(0, meaningsMax);
}

function moduleOr(scope: Scope | null): readonly Meaning[] {
  return scope === null ? [] : [{ kind: 'module', scope }];
}

function rootOf(crate: Crate): Scope {
  return { crate, module: '', path: crate.root, inline: '' };
}

function startOf(walk: Walk, scope: Scope, first: string): readonly Meaning[] {
  if (first === 'crate' || first === '$crate') return moduleOr(rootOf(scope.crate));
  if (first === 'self') return moduleOr(scope);
  if (first === 'super') return moduleOr(parentOf(scope));
  const own = lookUp(walk, scope, first);
  if (own.length > 0) return own;
  const library = scope.crate.libraries.get(first);
  if (library !== undefined) return moduleOr(rootOf(library));
  return scope.crate.fromRoot ? lookUp(walk, rootOf(scope.crate), first) : [];
}

function parentOf(scope: Scope): Scope | null {
  const up = (path: string) => path.split('::').slice(0, -1).join('::');
  if (scope.inline !== '') return { ...scope, inline: up(scope.inline) };
  if (scope.module === '') return null;
  const { crate } = scope;
  // The parent may be an inline module: then the nearest module with a file holds it.
  for (let module = up(scope.module); ; module = up(module)) {
    const path = crate.modules.get(module);
    if (path !== undefined) {
      const inline = up(scope.module).slice(module === '' ? 0 : module.length + 2);
      return { crate, module, path, inline };
    }
    if (module === '') return null;
  }
}

function lookUp(walk: Walk, scope: Scope, name: string): readonly Meaning[] {
  const known = walk.found.get(scope.crate) ?? new Map<string, readonly Meaning[]>();
  walk.found.set(scope.crate, known);
  const key = `${scope.path}\0${scope.inline}\0${name}`;
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const question = `${scope.crate.root}\0${key}`;
  if (walk.open.has(question) || walk.open.size > chainMax) return [];
  if (!walk.budgets.every((budget) => budget.take(1))) return [];
  walk.open.add(question);
  const found = distinct(search(walk, scope, name));
  walk.open.delete(question);
  // A failure inside of another lookup may come from a cycle, so it is not remembered; neither is
  // what was found before the search had to end.
  if ((found.length > 0 || walk.open.size === 0) && !isSpent(walk)) known.set(key, found);
  return found;
}

function search(walk: Walk, scope: Scope, name: string): readonly Meaning[] {
  const { crate, module, path, inline } = scope;
  const inner = joined(module, inline, name);
  const file = crate.modules.get(inner);
  if (file !== undefined) return moduleOr({ crate, module: inner, path: file, inline: '' });
  const { items, modules, uses, globs } = walk.contentsOf(path);
  if (modules.has(joined(inline, name)))
    return moduleOr({ ...scope, inline: joined(inline, name) });
  const through = (fact: ImportFact) => meaningsOf(walk, scope, fact.specifier.split('::'));
  const own: Meaning[] =
    items.get(inline)?.has(name) === true ? [{ kind: 'item', path, name }] : [];
  // Several definitions of one name belong to different builds.
  const named = [...(uses.get(inline)?.get(name) ?? []).flatMap(through), ...own];
  if (named.length > 0) return named;
  if (module === '' && inline === '') {
    const [only, ...others] = crate.macros.get(name) ?? [];
    if (only !== undefined && others.length === 0) return [{ kind: 'item', path: only.path, name }];
  }
  return (globs.get(inline) ?? []).flatMap((fact) =>
    through(fact).flatMap((each) => (each.kind === 'module' ? lookUp(walk, each.scope, name) : [])),
  );
}

/** The contents of a file; declarations of the usual build come first. */
function readContents(file: ParsedFile | undefined): Contents {
  const items = new Map<string, Set<string>>();
  const modules = new Set<string>();
  const uses = new Map<string, Map<string, ImportFact[]>>();
  const globs = new Map<string, ImportFact[]>();
  const nested = new Map<string, string>();
  for (const { name, kind, parent } of file?.facts.symbols ?? []) {
    if (kind === 'method' || kind === 'field') continue;
    // Symbols come in the order of the file, so a module comes before its members.
    const within = parent === null ? '' : (nested.get(parent) ?? parent);
    if (kind === 'module') {
      nested.set(name, joined(within, name));
      modules.add(joined(within, name));
    } else addTo(items, within, name);
  }
  const facts = file?.facts.imports.filter((fact) => isUse(fact) || fact.style === 'crate') ?? [];
  for (const fact of usualFirst(facts)) {
    if (fact.star && isUse(fact)) append(globs, fact.detail, fact);
    const named = uses.get(fact.detail) ?? new Map<string, ImportFact[]>();
    uses.set(fact.detail, named);
    for (const { local } of fact.bindings) append(named, local, fact);
  }
  return { items, modules, uses, globs };
}
