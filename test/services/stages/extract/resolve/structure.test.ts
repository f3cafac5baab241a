/** The structure as a whole: independent of sequence, and never stopped by what a file holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyType } from '../../../../../schemas/avro.ts';
import { parsedRows } from '../../../../../schemas/languages/languages.ts';
import { buildStructure } from '../../../../../services/stages/extract/resolve/structure.ts';
import { parseFiles, structureOf } from '../structure-of.ts';

const repository = {
  'pyproject.toml': '[project]\nname = "shop"\n',
  'README.md': '# shop\n',
  'shop/__init__.py': 'from .cart import Cart\n',
  'shop/cart.py': 'from .money import Money\nfrom gone import x\nclass Cart: pass\n',
  'shop/money.py': 'class Money: pass\n',
  'tests/test_cart.py': 'from shop import Cart\n',
  'web/app.ts': "import { a } from './a';\na;\nimport './missing';\n",
  'web/a.ts': 'export const a = 1;\n',
};

describe('buildStructure', () => {
  it('lists everything in path order and puts dependencies first', async () => {
    const structure = await structureOf(repository);
    expect(structure.files.map(({ path }) => path)).toEqual(Object.keys(repository).sort());
    expect(structure.order).toEqual([
      'pyproject.toml',
      'shop/money.py',
      'shop/cart.py',
      'shop/__init__.py',
      'web/a.ts',
      'web/app.ts',
      'tests/test_cart.py',
      'README.md',
    ]);
    expect(structure.files[0]).toEqual({
      path: 'README.md',
      language: 'markdown',
      parser: 'none',
      errorRatio: 0,
      lines: 2,
      symbols: [],
      externals: [],
      note: null,
    });
    expect(structure.shortfalls).toEqual([]);
  });

  it('sorts edges by from, to, kind and gives one edge per pair', async () => {
    const { edges } = await structureOf(repository);
    const keys = edges.map(({ from, to }) => `${from}\0${to}`);
    expect(keys).toEqual([...new Set(keys)].sort());
  });

  it('keeps the most certain edges under the limit, and says so', async () => {
    const files = await parseFiles({
      'main.ts': "import { a } from './barrel';\nimport './z';\na;\n",
      'barrel.ts': "export * from './a';\n",
      'a.ts': 'export const a = 1;\n',
      'z.ts': '',
    });
    const { edges, shortfalls } = buildStructure(files, { edgesPerFileMax: 2 });
    expect(edges.filter(({ from }) => from === 'main.ts').map(({ to }) => to)).toEqual([
      'barrel.ts',
      'z.ts',
    ]);
    expect(shortfalls).toEqual([{ path: 'main.ts', reason: 'edges-limited' }]);
  });

  it('is the same for any sequence of the files', async () => {
    const files = await parseFiles(repository);
    const expected = buildStructure(files, { edgesPerFileMax: 500 });
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
        expect(buildStructure(shuffled, { edgesPerFileMax: 500 })).toEqual(expected);
      }),
    );
  });
});

describe('invalid input', () => {
  const extensions = parsedRows.flatMap((row) => row.extensions);
  const fragment = fc.constantFrom(
    ...['import ', 'from ', 'use ', 'mod ', '#include ', 'class ', '{', '}', '(', ')', '"', "'"],
    ...[
      '\n',
      '\r\n',
      '\0',
      '\uFEFF',
      '\uD800',
      '::',
      '.',
      '..',
      '/',
      ';',
      '*',
      'é',
      '/*',
      '`',
      '<T',
    ],
  );

  it('any text in any language, and any manifest, gives a valid structure', async () => {
    const manifests = ['package.json', 'tsconfig.json', 'go.mod', 'Cargo.toml', 'pyproject.toml'];
    const text = fc
      .array(fc.oneof(fragment, fc.string()), { maxLength: 40 })
      .map((p) => p.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...extensions), async (content, extension) => {
        const files = Object.fromEntries(manifests.map((name) => [name, content]));
        const structure = await structureOf({ ...files, [`src/a${extension}`]: content });
        expect(structure.order).toHaveLength(manifests.length + 1);
        for (const { symbols, errorRatio } of structure.files) {
          expect(errorRatio).toBeGreaterThanOrEqual(0);
          expect(errorRatio).toBeLessThanOrEqual(1);
          for (const symbol of symbols) {
            expect(symbol.signature.length).toBeLessThanOrEqual(200);
            expect(symbol.endLine).toBeGreaterThanOrEqual(symbol.startLine);
          }
        }
        expect(structureType.isValid(bodyOf(structure))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

const structureType = bodyType('repo-structure');

function bodyOf({ files, edges, unresolved, order }: Awaited<ReturnType<typeof structureOf>>) {
  const content = { sha256: '', bytes: 0 };
  const licence = { expression: 'MIT', evidence: [] };
  const empty = { name: 'r', origin: 'r', commit: null, licence, content, files: [], skipped: [] };
  return { repository: empty, files, edges, unresolved, order };
}
