/** The order: every path once, dependencies first, the same for any sequence of the input. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  components,
  type OrderEdge,
  orderPaths,
} from '../../../../../services/stages/extract/resolve/order.ts';

const samePhase = () => 0;
const edge = (from: string, to: string, softness = 0): OrderEdge => ({ from, to, softness });

describe('orderPaths', () => {
  it.each<[string, string[], OrderEdge[], string[]]>([
    ['nothing', [], [], []],
    ['no edges: by path', ['b', 'a'], [], ['a', 'b']],
    ['a chain', ['a', 'b', 'c'], [edge('a', 'b'), edge('b', 'c')], ['c', 'b', 'a']],
    ['an edge to itself', ['a'], [edge('a', 'a')], ['a']],
    ['an edge to a stranger', ['a'], [edge('a', 'x')], ['a']],
    ['a cycle with a soft edge', ['a', 'b'], [edge('a', 'b', 3), edge('b', 'a')], ['a', 'b']],
    ['the softer of two gives way', ['a', 'b'], [edge('a', 'b', 1), edge('b', 'a', 2)], ['b', 'a']],
    [
      'of a hard cycle, the one with the fewest unmet first',
      ['a', 'b', 'c'],
      [edge('a', 'b'), edge('a', 'c'), edge('b', 'c'), edge('c', 'a')],
      ['b', 'a', 'c'],
    ],
    ['a soft edge outside a cycle holds', ['a', 'b'], [edge('a', 'b', 6)], ['b', 'a']],
    [
      'soft edges survive when dropping one of them is enough',
      ['a', 'b', 'c'],
      [edge('a', 'b', 2), edge('b', 'c', 2), edge('c', 'a', 5)],
      ['c', 'b', 'a'],
    ],
  ])('%s', (_name, paths, edges, expected) => {
    expect(orderPaths(paths, edges, samePhase)).toEqual(expected);
  });

  it('goes by phase where no edge decides, and pulls what an early phase needs', () => {
    const phases: Record<string, number> = { readme: 7, source: 2, test: 4, helper: 4 };
    const order = orderPaths(
      Object.keys(phases),
      [edge('source', 'helper'), edge('test', 'source')],
      (path) => phases[path] ?? 0,
    );
    expect(order).toEqual(['helper', 'source', 'test', 'readme']);
  });

  it('orders a long chain and a large cycle without running out of stack', () => {
    const paths = Array.from(
      { length: 20_000 },
      (_, index) => `p${String(index).padStart(6, '0')}`,
    );
    const chain = paths.slice(1).map((path, index) => edge(paths[index] ?? '', path));
    expect(orderPaths(paths, chain, samePhase)).toEqual(paths.toReversed());
    const cycle = [...chain, edge(paths.at(-1) ?? '', paths[0] ?? '')];
    expect(orderPaths(paths, cycle, samePhase)).toHaveLength(paths.length);
  });
});

const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
const name = fc.constantFrom(...names);
const graph = fc.record({
  paths: fc.uniqueArray(name, { minLength: 1 }),
  edges: fc.array(fc.record({ from: name, to: name, softness: fc.nat(6) }), { maxLength: 40 }),
  phases: fc.array(fc.nat(7), { minLength: names.length, maxLength: names.length }),
});

describe('orderPaths, for any graph', () => {
  it('is a permutation of all paths, the same for shuffled input', () => {
    fc.assert(
      fc.property(graph, fc.infiniteStream(fc.nat()), ({ paths, edges, phases }, random) => {
        const phaseOf = (path: string) => phases[names.indexOf(path)] ?? 0;
        const order = orderPaths(paths, edges, phaseOf);
        expect([...order].sort()).toEqual([...paths].sort());
        const shuffle = <Item>(items: readonly Item[]): Item[] =>
          items
            .map((item) => ({ item, key: random.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        expect(orderPaths(shuffle(paths), shuffle(edges), phaseOf)).toEqual(order);
      }),
    );
  });

  it('breaks an edge only where it closes a cycle of edges no softer than itself', () => {
    fc.assert(
      fc.property(graph, ({ paths, edges, phases }) => {
        const order = orderPaths(paths, edges, (path) => phases[names.indexOf(path)] ?? 0);
        const position = new Map(order.map((path, index) => [path, index]));
        const known = edges.filter(({ from, to }) => position.has(from) && position.has(to));
        for (const { from, to, softness } of known) {
          if (from === to || (position.get(to) ?? 0) < (position.get(from) ?? 0)) continue;
          const harder = known.filter((other) => other.softness <= softness);
          const index = (path: string) => names.indexOf(path);
          const component = components(
            names.length,
            harder.map((other) => ({ from: index(other.from), to: index(other.to) })),
          );
          expect(component[index(from)]).toBe(component[index(to)]);
        }
      }),
    );
  });

  it('keeps the order of the others when a path without edges is taken away', () => {
    fc.assert(
      fc.property(graph, ({ paths, edges, phases }) => {
        const phaseOf = (path: string) => phases[names.indexOf(path)] ?? 0;
        const order = orderPaths([...paths, 'alone'], edges, phaseOf);
        expect(order.filter((path) => path !== 'alone')).toEqual(orderPaths(paths, edges, phaseOf));
      }),
    );
  });
});

describe('components', () => {
  it('are the paths that reach each other', () => {
    const arc = fc.record({ from: fc.nat(9), to: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(arc, { maxLength: 30 }), (arcs) => {
        const size = 10;
        const reaches = Array.from({ length: size }, (_, from) =>
          Array.from({ length: size }, (_, to) => from === to),
        );
        for (const { from, to } of arcs) reaches[from]![to] = true;
        for (let via = 0; via < size; via += 1) {
          for (const row of reaches) {
            if (!row[via]) continue;
            for (let to = 0; to < size; to += 1) row[to] ||= reaches[via]![to]!;
          }
        }
        const component = components(size, arcs);
        for (let a = 0; a < size; a += 1) {
          for (let b = 0; b < size; b += 1) {
            const together = reaches[a]![b]! && reaches[b]![a]!;
            expect(component[a] === component[b]).toBe(together);
          }
        }
      }),
    );
  });
});
