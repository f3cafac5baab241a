/**
 * Puts paths in an order in which dependencies come first. Pure, and a function of the *set* of
 * paths and edges: shuffling the input changes nothing. In a cycle the softest edges give way
 * first; what is still a cycle is cut where the fewest dependencies are unmet.
 */
import { byText } from './facts.ts';
import { openHeap } from './heap.ts';

export interface OrderEdge {
  readonly from: string;
  /** Comes before `from`. */
  readonly to: string;
  /** 0 never gives way to a softer edge; higher goes first. */
  readonly softness: number;
}

interface Arc {
  readonly from: number;
  readonly to: number;
  readonly softness: number;
}

/** `phaseOf` decides among paths that could come next: the lower phase first, then the path. */
export function orderPaths(
  paths: readonly string[],
  edges: readonly OrderEdge[],
  phaseOf: (path: string) => number,
): string[] {
  const sorted = [...new Set(paths)].sort((a, b) => phaseOf(a) - phaseOf(b) || byText(a, b));
  const rank = new Map(sorted.map((path, index) => [path, index]));
  let arcs = toArcs(edges, rank);
  const levels = [...new Set(arcs.map((arc) => arc.softness))].sort((a, b) => b - a);
  for (const level of levels) {
    const component = components(sorted.length, arcs);
    const inCycle = (arc: Arc) => component[arc.from] === component[arc.to];
    if (!arcs.some(inCycle)) break;
    if (level > 0) arcs = arcs.filter((arc) => arc.softness !== level || !inCycle(arc));
  }
  arcs = cutCycles(sorted.length, arcs);
  return place(sorted.length, arcs).map((index) => sorted[index] ?? '');
}

/** Edges between known, different paths, as ranks. */
function toArcs(edges: readonly OrderEdge[], rank: ReadonlyMap<string, number>): Arc[] {
  return edges.flatMap(({ from, to, softness }) => {
    const [source, target] = [rank.get(from), rank.get(to)];
    if (source === undefined || target === undefined || source === target) return [];
    return [{ from: source, to: target, softness }];
  });
}

/** Leaves out arcs of every remaining cycle so that none is left. */
function cutCycles(size: number, arcs: readonly Arc[]): Arc[] {
  const component = components(size, arcs);
  const inside = arcs.filter((arc) => component[arc.from] === component[arc.to]);
  if (inside.length === 0) return [...arcs];
  const position = new Map(place(size, inside).map((index, at) => [index, at]));
  return arcs.filter(
    (arc) =>
      component[arc.from] !== component[arc.to] ||
      (position.get(arc.to) ?? 0) < (position.get(arc.from) ?? 0),
  );
}

/**
 * Places every index after its targets; among those free to come next, the lowest. When none is
 * free (a cycle) the one with the fewest unmet targets comes next.
 */
function place(size: number, arcs: readonly Arc[]): number[] {
  const dependents: number[][] = Array.from({ length: size }, () => []);
  const unmet = new Array<number>(size).fill(0);
  const seen = new Set<number>();
  for (const { from, to } of arcs) {
    const pair = from * size + to;
    if (seen.has(pair)) continue;
    seen.add(pair);
    dependents[to]?.push(from);
    unmet[from] = (unmet[from] ?? 0) + 1;
  }
  const heap = openHeap();
  for (let index = 0; index < size; index += 1) heap.push(unmet[index] ?? 0, index);
  const placed = new Set<number>();
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    // Entries are pushed again when a count falls; the stale ones come later and are skipped.
    if (placed.has(next)) continue;
    placed.add(next);
    for (const dependent of dependents[next] ?? []) {
      const left = (unmet[dependent] ?? 0) - 1;
      unmet[dependent] = left;
      if (!placed.has(dependent)) heap.push(left, dependent);
    }
  }
  return [...placed];
}

/** Tarjan's strongly connected components, without recursion; the component number per index. */
export function components(size: number, arcs: readonly { from: number; to: number }[]): number[] {
  const targets: number[][] = Array.from({ length: size }, () => []);
  for (const { from, to } of arcs) targets[from]?.push(to);
  const state = {
    number: new Array<number>(size).fill(-1),
    low: new Array<number>(size).fill(0),
    component: new Array<number>(size).fill(-1),
    stack: [] as number[],
    visited: 0,
    found: 0,
  };
  for (let root = 0; root < size; root += 1) {
    if (state.number[root] === -1) visitFrom(root, targets, state);
  }
  return state.component;
}

interface TarjanState {
  readonly number: number[];
  readonly low: number[];
  readonly component: number[];
  readonly stack: number[];
  visited: number;
  found: number;
}

function visitFrom(root: number, targets: readonly number[][], state: TarjanState): void {
  const calls: { node: number; next: number }[] = [];
  const enter = (node: number) => {
    state.number[node] = state.visited;
    state.low[node] = state.visited;
    state.visited += 1;
    state.stack.push(node);
    calls.push({ node, next: 0 });
  };
  const lower = (node: number, value: number) => {
    state.low[node] = Math.min(state.low[node] ?? 0, value);
  };
  enter(root);
  for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
    const { node } = call;
    const target = targets[node]?.[call.next];
    if (target !== undefined) {
      call.next += 1;
      if (state.number[target] === -1) enter(target);
      else if (state.component[target] === -1) lower(node, state.number[target] ?? 0);
      continue;
    }
    calls.pop();
    const caller = calls.at(-1);
    if (caller !== undefined) lower(caller.node, state.low[node] ?? 0);
    if (state.low[node] === state.number[node]) closeComponent(node, state);
  }
}

/** Everything above `node` on the stack, and itself, is one component. */
function closeComponent(node: number, state: TarjanState): void {
  let member: number | undefined;
  do {
    member = state.stack.pop();
    if (member !== undefined) state.component[member] = state.found;
  } while (member !== node && member !== undefined);
  state.found += 1;
}
