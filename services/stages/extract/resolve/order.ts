/**
 * Puts paths in an order in which dependencies come first. Pure, and a function of the *set* of
 * paths and edges: shuffling the input changes nothing. In a cycle the softest edges are given up
 * first; a cycle of equally soft edges is cut where the fewest dependencies are unmet.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import { runAtOnce, type Steps } from '../turns/steps.ts';
import { openHeap } from './heap.ts';

export interface OrderEdge {
  readonly from: string;
  /** Comes before `from`. */
  readonly to: string;
  /** In a cycle the softest edge is given up; one of softness 0 only if all are 0. */
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
  return runAtOnce(orderSteps(paths, edges, phaseOf));
}

export function* orderSteps(
  paths: readonly string[],
  edges: readonly OrderEdge[],
  phaseOf: (path: string) => number,
): Steps<string[]> {
  const known = [...new Set(paths)].sort(compareText);
  const rank = new Map(known.map((path, index) => [path, index]));
  yield;
  const kept = yield* breakCycles(known.length, toArcs(edges, rank));
  const phases = inheritPhases(known.map(phaseOf), kept);
  yield;
  const sorted = known
    .map((_, index) => index)
    .sort((a, b) => at(phases, a) - at(phases, b) || a - b);
  const position = new Map(sorted.map((index, place) => [index, place]));
  const arcs = kept.map((arc) => ({
    ...arc,
    from: position.get(arc.from) ?? 0,
    to: position.get(arc.to) ?? 0,
  }));
  return place(known.length, arcs, []).map((index) => known[at(sorted, index)] ?? '');
}

/** Adds the arcs from the hardest to the softest, leaving out those that would close a cycle. */
function* breakCycles(size: number, arcs: readonly Arc[]): Steps<Arc[]> {
  const levels = [...new Set(arcs.map((arc) => arc.softness))].sort((a, b) => a - b);
  let kept: Arc[] = [];
  for (const level of levels) {
    kept = addLevel(
      size,
      kept,
      arcs.filter((arc) => arc.softness === level),
    );
    yield;
  }
  return kept;
}

/** A file that a source depends on gets the phase of that source if it is earlier. */
function inheritPhases(phases: readonly number[], arcs: readonly Arc[]): number[] {
  const inherited = [...phases];
  const targets: number[][] = phases.map(() => []);
  for (const { from, to } of arcs) targets[from]?.push(to);
  for (const node of place(phases.length, arcs, []).reverse()) {
    for (const target of targets[node] ?? []) {
      inherited[target] = Math.min(at(inherited, target), at(inherited, node));
    }
  }
  return inherited;
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0;
}

/** Edges between known, different paths, as ranks; of several between two, the hardest. */
function toArcs(edges: readonly OrderEdge[], rank: ReadonlyMap<string, number>): Arc[] {
  const arcs = new Map<number, Arc>();
  for (const { from, to, softness } of edges) {
    const [source, target] = [rank.get(from), rank.get(to)];
    if (source === undefined || target === undefined || source === target) continue;
    const pair = source * rank.size + target;
    const known = arcs.get(pair)?.softness ?? Number.POSITIVE_INFINITY;
    if (softness < known) arcs.set(pair, { from: source, to: target, softness });
  }
  return [...arcs.values()];
}

/**
 * Adds softer arcs to harder ones that form no cycle, without those that would close one. So an arc
 * is given up only in a cycle that has no softer arc.
 */
function addLevel(size: number, kept: readonly Arc[], added: readonly Arc[]): Arc[] {
  const all = [...kept, ...added];
  const component = components(size, all);
  const isInside = (arc: Arc) => component[arc.from] === component[arc.to];
  const inside = added.filter(isInside);
  if (inside.length === 0) return all;
  const position = new Map(
    place(size, kept.filter(isInside), inside).map((node, at) => [node, at]),
  );
  const before = (arc: Arc) => (position.get(arc.to) ?? 0) < (position.get(arc.from) ?? 0);
  return [...kept, ...added.filter((arc) => !isInside(arc) || before(arc))];
}

/**
 * Places every index after its targets by `firm` arcs, which form no cycle. Among those free to
 * come next: the one with the fewest unmet `weak` targets, then the lowest.
 */
function place(size: number, firm: readonly Arc[], weak: readonly Arc[]): number[] {
  // One unmet firm target outweighs every weak one.
  const firmWeight = weak.length + 1;
  const unmet = new Array<number>(size).fill(0);
  const dependents: { node: number; weight: number }[][] = Array.from({ length: size }, () => []);
  const add = ({ from, to }: Arc, weight: number) => {
    dependents[to]?.push({ node: from, weight });
    unmet[from] = (unmet[from] ?? 0) + weight;
  };
  for (const arc of firm) add(arc, firmWeight);
  for (const arc of weak) add(arc, 1);
  const heap = openHeap();
  for (let index = 0; index < size; index += 1) heap.push(unmet[index] ?? 0, index);
  const placed = new Set<number>();
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    // Entries are pushed again when a count falls; the stale ones come later and are skipped.
    if (placed.has(next)) continue;
    placed.add(next);
    for (const { node, weight } of dependents[next] ?? []) {
      const left = (unmet[node] ?? 0) - weight;
      unmet[node] = left;
      if (!placed.has(node)) heap.push(left, node);
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
