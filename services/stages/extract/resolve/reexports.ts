/**
 * Follows names through files that only pass them on (barrels, `__init__.py`, `pub use`) to the
 * file that defines them. Pure.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { Project, Resolution } from '../languages/language.ts';

export interface Definer {
  readonly path: string;
  /** The definer's own name for it; `*` when it is the whole module. */
  readonly name: string;
}

export interface Reexports {
  /** File and name that define what `path` calls `name`; null when nothing is known of the name. */
  definerOf(path: string, name: string): Definer | null;
  /** Names defined at the top of a file. */
  ownNames(path: string): ReadonlySet<string>;
  /** Names that a file imports one by one, and so passes on to files that import all its names. */
  passedNames(path: string): Iterable<string>;
  /** Whether a file gives a name to a whole module. */
  isModule(path: string, name: string): boolean;
}

/** A search ends after this many barrels; a library may re-export all of its files. */
const hopsMax = 4096;
/** Barrels one behind the other; more could exhaust the stack. */
const chainMax = 256;

export function openReexports(
  project: Project,
  resolutions: ReadonlyMap<string, Resolution>,
): Reexports {
  const own = new Map<string, ReadonlySet<string>>();
  const passed = new Map<string, Map<string, Definer>>();
  const stars = new Map<string, string[]>();
  const ownNames = (path: string) => {
    const read = own.get(path);
    if (read !== undefined) return read;
    const symbols = project.files.get(path)?.facts.symbols ?? [];
    const tops = symbols.filter(({ kind }) => kind !== 'method' && kind !== 'field');
    const names = new Set(tops.map(({ name }) => name));
    own.set(path, names);
    return names;
  };
  for (const [path, { links }] of resolutions) {
    const names = new Map<string, Definer>();
    for (const link of links) {
      for (const { name, local } of link.bindings) names.set(local, { path: link.to, name });
    }
    passed.set(path, names);
    const open = links.filter((link) => link.star && link.kind !== 'include');
    stars.set(path, [...new Set(open.map((link) => link.to))].sort(compareText));
  }

  const follow = (
    path: string,
    name: string,
    visited: Set<string>,
    depth: number,
  ): Definer | null => {
    const key = `${path}\0${name}`;
    if (visited.has(key) || visited.size > hopsMax || depth > chainMax) return null;
    visited.add(key);
    const local = project.files.get(path)?.facts.aliases.get(name) ?? name;
    if (ownNames(path).has(local)) return { path, name: local };
    const next = passed.get(path)?.get(local);
    if (next !== undefined) {
      if (next.name === '*') return next;
      return follow(next.path, next.name, visited, depth + 1) ?? next;
    }
    const open = stars.get(path) ?? [];
    // Most names are one step away, so these files are searched before the barrels behind them.
    const near = open.find((star) => ownNames(star).has(local));
    if (near !== undefined) return { path: near, name: local };
    for (const star of open) {
      const found = follow(star, name, visited, depth + 1);
      if (found !== null) return found;
    }
    return null;
  };

  const known = new Map<string, Definer | null>();
  return {
    definerOf(path, name) {
      const key = `${path}\0${name}`;
      const remembered = known.get(key);
      if (remembered !== undefined) return remembered;
      const found = follow(path, name, new Set(), 0);
      known.set(key, found);
      return found;
    },
    ownNames,
    passedNames: (path) => passed.get(path)?.keys() ?? [],
    isModule: (path, name) => passed.get(path)?.get(name)?.name === '*',
  };
}
