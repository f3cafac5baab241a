/** Outlines and maps show important definitions first, stay in budget, and grow with it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definition, Edge, FileStructure } from '../../../../schemas/generated/types.ts';
import { rankFiles } from '../../../../services/teacher/prompts/importance.ts';
import {
  byteCost,
  mapRepository,
  outlineFile,
  tokenCost,
} from '../../../../services/teacher/prompts/outline.ts';

function definition(name: string, change: Partial<Definition> = {}): Definition {
  return {
    name,
    kind: 'function',
    signature: `def ${name}()`,
    startLine: 1,
    endLine: 1,
    parent: null,
    doc: null,
    exported: true,
    ...change,
  };
}

function file(path: string, symbols: readonly Definition[]): FileStructure {
  return {
    path,
    language: 'python',
    parser: 'tree-sitter',
    errorRatio: 0,
    lines: 10,
    symbols: symbols.map((symbol, index) => ({ ...symbol, startLine: index + 1 })),
    externals: [],
    note: null,
  };
}

function edge(from: string, to: string, names: readonly string[], kind = 'import'): Edge {
  return { from, to, kind, confidence: 1, names };
}

const shop = file('shop.py', [
  definition('Cart', { kind: 'class', signature: 'class Cart', doc: 'Holds items.' }),
  definition('add', { parent: 'Cart', kind: 'method', signature: 'def add(self, item)' }),
  definition('_secret', { exported: false }),
  definition('total'),
]);

describe('outlineFile', () => {
  it('shows nesting, signatures and documentation', () => {
    expect(outlineFile(shop, 1000, tokenCost).split('\n')).toEqual([
      'shop.py',
      '  class Cart  // Holds items.',
      '    def add(self, item)',
      '  def _secret()',
      '  def total()',
    ]);
  });

  it('leaves out members, then private definitions, and counts them', () => {
    expect(outlineFile(shop, 85, byteCost).split('\n')).toEqual([
      'shop.py',
      '  class Cart  // Holds items.',
      '  def total()',
      '  … 2 more definitions',
    ]);
    expect(outlineFile(shop, 35, byteCost)).toBe('shop.py\n  … 4 more definitions');
    expect(outlineFile(shop, 5, byteCost)).toBe('');
  });
});

describe('mapRepository', () => {
  const files = [
    file('README.md', []),
    file('base.py', [definition('helper'), definition('unused')]),
    shop,
    file('app.py', [definition('main')]),
    file('test_app.py', [definition('test_main')]),
  ];
  const edges = [
    edge('shop.py', 'base.py', ['helper']),
    edge('app.py', 'shop.py', ['Cart']),
    edge('app.py', 'base.py', ['helper']),
    edge('test_app.py', 'app.py', ['main'], 'test-of'),
  ];

  it('shows the definitions most depended on, in the order of the files', () => {
    expect(mapRepository(files, edges, 80, byteCost).split('\n')).toEqual([
      'base.py',
      '  def helper()',
      '  … 1 more definition',
      '… 4 more files',
    ]);
    const whole = mapRepository(files, edges, 10_000, byteCost);
    expect(whole.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
      'base.py',
      'shop.py',
      'app.py',
      'test_app.py',
      '… 1 more file',
    ]);
  });

  it('distributes ranks that add up to 1', () => {
    const ranks = rankFiles(files, edges);
    expect([...ranks.values()].reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 9);
    const sorted = [...ranks].sort(([, a], [, b]) => b - a).map(([path]) => path);
    expect(sorted.slice(0, 2)).toEqual(['base.py', 'shop.py']);
  });
});

const names = ['a', 'b', 'Long', 'ünïcode', 'x'.repeat(60)];
const definitions = fc
  .record({
    name: fc.constantFrom(...names),
    parent: fc.option(fc.constantFrom(...names), { nil: null }),
    doc: fc.option(fc.constantFrom('Short.', 'A longer sentence of documentation.'), { nil: null }),
    exported: fc.boolean(),
  })
  .map(({ name, ...change }) => definition(name, change));
const repositories = fc
  .record({
    files: fc.array(fc.array(definitions, { maxLength: 6 }), { maxLength: 6 }),
    links: fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.subarray(names)), { maxLength: 10 }),
    budget: fc.nat(400),
    more: fc.nat(200),
  })
  .map(({ files, links, ...budgets }) => ({
    files: files.map((symbols, index) => file(`folder/f${index}.py`, symbols)),
    edges: links.map(([from, to, used]) => edge(`folder/f${from}.py`, `folder/f${to}.py`, used)),
    ...budgets,
  }));

/** Lines that show a definition, without the lines that count hidden ones. */
function shown(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !/^\s*…/.test(line));
}

describe('outlines and maps of any repository', () => {
  it.each([
    ['tokens', tokenCost],
    ['bytes', byteCost],
  ])(
    'never cost more than the budget in %s, and more budget shows all of it and more',
    (_, cost) => {
      fc.assert(
        fc.property(repositories, ({ files, edges, budget, more }) => {
          const renderings: ((limit: number) => string)[] = [
            (limit) => mapRepository(files, edges, limit, cost),
            ...files.map((each) => (limit: number) => outlineFile(each, limit, cost)),
          ];
          for (const render of renderings) {
            const [small, large] = [render(budget), render(budget + more)];
            expect(cost(small)).toBeLessThanOrEqual(budget);
            const rest = shown(large);
            for (const line of shown(small)) {
              expect(rest).toContain(line);
              rest.splice(rest.indexOf(line), 1);
            }
          }
        }),
      );
    },
  );

  it('do not depend on the order of edges, nor their choice on the order of files', () => {
    fc.assert(
      fc.property(repositories, ({ files, edges, budget }) => {
        const map = mapRepository(files, edges, budget, byteCost);
        expect(mapRepository(files, edges.toReversed(), budget, byteCost)).toBe(map);
        const turned = mapRepository(files.toReversed(), edges, budget, byteCost);
        expect(shown(turned).sort()).toEqual(shown(map).sort());
      }),
    );
  });

  it('count every file and definition that is not shown', () => {
    fc.assert(
      fc.property(repositories, ({ files, edges, budget }) => {
        const lines = mapRepository(files, edges, budget, byteCost).split('\n');
        if (lines[0] === '') return;
        const paths = lines.filter((line) => /^[^ …]/.test(line)).length;
        const missing = lines.flatMap((line) => /^… (\d+) more files?$/.exec(line)?.[1] ?? []);
        expect(paths + Number(missing[0] ?? 0)).toBe(files.length);
      }),
    );
  });
});
