/**
 * How well an order respects its edges. Outside of cycles an order can respect every edge, and
 * must; within a cycle some edge has to give way, so edges in cycles are counted apart. Pure.
 */
import { isTest } from '../../../../services/stages/extract/facts/placement.ts';
import { components } from '../../../../services/stages/extract/resolve/order.ts';

export interface Share {
  readonly kept: number;
  readonly all: number;
}

export interface OrderScore {
  readonly outsideCycles: Share;
  readonly insideCycles: Share;
  /** Edges from tests whose source comes first, in cycles or not. */
  readonly tests: Share;
  /** Edges outside of cycles whose target comes later. */
  readonly broken: readonly { readonly from: string; readonly to: string }[];
}

export function scoreOrder(
  order: readonly string[],
  edges: readonly { readonly from: string; readonly to: string }[],
): OrderScore {
  const position = new Map(order.map((path, index) => [path, index]));
  const at = (path: string): number => position.get(path) ?? Number.NaN;
  const arcs = edges.map(({ from, to }) => ({ from: at(from), to: at(to) }));
  const component = components(order.length, arcs);
  const inCycle = ({ from, to }: { from: string; to: string }) =>
    component[at(from)] === component[at(to)];
  // A path that is missing from the order breaks its edges.
  const isKept = ({ from, to }: { from: string; to: string }) => at(to) < at(from);
  const share = (some: typeof edges): Share => ({
    kept: some.filter(isKept).length,
    all: some.length,
  });
  const outside = edges.filter((edge) => !inCycle(edge));
  return {
    outsideCycles: share(outside),
    insideCycles: share(edges.filter(inCycle)),
    tests: share(edges.filter(({ from, to }) => isTest(from) && !isTest(to))),
    broken: outside.filter((edge) => !isKept(edge)),
  };
}
