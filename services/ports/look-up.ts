/**
 * Files by path, and edges by the file at either end. A stage asks for each file of a repository,
 * and a scan per question would take the square of its size. So a list is indexed at the first
 * question, and the index lives as long as the list, which must not change. Pure to its callers.
 */
import type { Edge } from '../../schemas/generated/types.ts';

interface WithPath {
  readonly path: string;
}

const filesOf = new WeakMap<readonly WithPath[], ReadonlyMap<string, WithPath>>();

/** The first item of the list with this path. */
export function byPath<Item extends WithPath>(
  items: readonly Item[],
  path: string,
): Item | undefined {
  const known = filesOf.get(items) ?? indexPaths(items);
  filesOf.set(items, known);
  // Safe, because the index was made from these items.
  return known.get(path) as Item | undefined;
}

function indexPaths(items: readonly WithPath[]): ReadonlyMap<string, WithPath> {
  const index = new Map<string, WithPath>();
  for (const item of items) if (!index.has(item.path)) index.set(item.path, item);
  return index;
}

type EdgesByPath = ReadonlyMap<string, readonly Edge[]>;

const edgesOf = new WeakMap<readonly Edge[], { from: EdgesByPath; to: EdgesByPath }>();

/** The edges that begin at a file, in the order of the list. */
export function edgesFrom(edges: readonly Edge[], path: string): readonly Edge[] {
  return indexOf(edges).from.get(path) ?? [];
}

/** The edges that end at a file, in the order of the list. */
export function edgesTo(edges: readonly Edge[], path: string): readonly Edge[] {
  return indexOf(edges).to.get(path) ?? [];
}

function indexOf(edges: readonly Edge[]): { from: EdgesByPath; to: EdgesByPath } {
  const known = edgesOf.get(edges);
  if (known !== undefined) return known;
  const index = {
    from: Map.groupBy(edges, ({ from }) => from),
    to: Map.groupBy(edges, ({ to }) => to),
  };
  edgesOf.set(edges, index);
  return index;
}

/** Names of `to` that `from` uses, over all edges between the two, sorted. */
export function namesBetween(edges: readonly Edge[], from: string, to: string): string[] {
  return namesOf(edgesFrom(edges, from).filter((edge) => edge.to === to));
}

/** The names that edges carry, each once, sorted. */
export function namesOf(edges: readonly Edge[]): string[] {
  return [...new Set(edges.flatMap((edge) => edge.names))].sort();
}
