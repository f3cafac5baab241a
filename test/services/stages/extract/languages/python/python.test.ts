/** Python: definitions, imports, roots. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

const project = { 'pyproject.toml': '[project]\nname = "shop"\n' };

describe('python definitions', () => {
  it('reads functions, classes, methods, fields and constants', async () => {
    const text = [
      'LIMIT = 3',
      'if LIMIT:',
      '    async def load(path: str,',
      '        strict=False) -> bytes:  # a comment',
      '        def inner(): pass',
      '@cached',
      'class Shop(Base):',
      '    """Sells things. More about it."""',
      '    open: bool = True',
      '    def sell(self): return 1',
    ].join('\n');
    expect(await symbolsOf('a.py', text)).toEqual([
      'constant LIMIT: LIMIT = 3',
      'function load: async def load(path: str, strict=False) -> bytes',
      'class Shop: class Shop(Base)',
      'field Shop.open: open: bool = True',
      'method Shop.sell: def sell(self)',
    ]);
    const { files } = await structureOf({ 'a.py': text });
    expect(files[0]?.symbols[2]).toMatchObject({ startLine: 6, endLine: 10, exported: true });
    expect(files[0]?.symbols[2]?.doc).toBe('Sells things.');
  });

  it('reads what it can of a broken file and says how much it could not', async () => {
    const { files } = await structureOf({ 'a.py': 'def f(): pass\nclass (((:\n  ]]] = =\n' });
    expect(files[0]?.symbols[0]?.name).toBe('f');
    expect(files[0]?.errorRatio).toBeGreaterThan(0);
  });
});

describe('python imports', () => {
  it.each<[string, Files, string[]]>([
    [
      'from-imports and relative ones, with names',
      {
        ...project,
        'src/shop/__init__.py': '',
        'src/shop/cart.py': 'class Cart: pass\n',
        'src/shop/pay/__init__.py': '',
        'src/shop/pay/card.py': 'from ..cart import Cart\nfrom . import cash as c\nc.give()\n',
        'src/shop/pay/cash.py': 'def give(): pass\n',
      },
      [
        'src/shop/pay/card.py -> src/shop/cart.py [import] Cart',
        'src/shop/pay/card.py -> src/shop/pay/cash.py [import] give',
      ],
    ],
    [
      'a module imported whole, with what is used through it',
      {
        ...project,
        'shop/__init__.py': '',
        'shop/a.py': 'def f(): pass\ndef g(): pass\n',
        'shop/b.py': 'import shop.a\nimport shop.a as other\nshop.a.f()\nother.g()\n',
      },
      ['shop/b.py -> shop/a.py [import] f,g'],
    ],
    [
      'a package that passes names on leads to the definition too',
      {
        ...project,
        'shop/__init__.py': 'from .app import App as App\n',
        'shop/app.py': 'class App: pass\n',
        'tests/test_app.py': 'from shop import App\nimport shop\nshop.App()\n',
      },
      [
        'shop/__init__.py -> shop/app.py [re-export] App',
        'tests/test_app.py -> shop/__init__.py [import] App',
        'tests/test_app.py -> shop/app.py [test-of] App',
      ],
    ],
    [
      'star imports: the names that are used',
      {
        ...project,
        'shop/__init__.py': '',
        'shop/a.py': 'X = 1\nY = 2\n',
        'shop/b.py': 'from shop.a import *\nprint(X)\n',
      },
      ['shop/b.py -> shop/a.py [import] X'],
    ],
    [
      'declared package folders, and a neighbour that is required',
      {
        'one/pyproject.toml':
          '[project]\nname = "one"\ndependencies = ["the-two >= 1"]\n' +
          '[tool.setuptools.packages.find]\nwhere = ["python"]\n',
        'one/python/one/__init__.py': 'import two\ntwo.go()\n',
        'two/pyproject.toml': '[project]\nname = "The_Two"\n',
        'two/two.py': 'def go(): pass\n',
        'three/pyproject.toml': '[project]\nname = "three"\n',
        'three/three.py': 'import two\n',
      },
      ['one/python/one/__init__.py -> two/two.py [import] go'],
    ],
    [
      'types only',
      {
        ...project,
        'shop/__init__.py': '',
        'shop/a.py': 'class A: pass\n',
        'shop/b.py':
          'import typing as t\nif t.TYPE_CHECKING:\n    from .a import A\n' +
          'def f():\n    from .c import C\n',
        'shop/c.py': 'from .b import f\nclass C: pass\n',
      },
      [
        'shop/b.py -> shop/a.py [type-only] A',
        'shop/b.py -> shop/c.py [import] C',
        'shop/c.py -> shop/b.py [import] f',
      ],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('reports what should be there but is not, and climbs no further than the root', async () => {
    const { edges, unresolved } = await structureOf({
      ...project,
      'shop/__init__.py': '',
      'shop/a.py': 'from shop.gone import x\nfrom .also_gone import y\nfrom ....far import z\n',
    });
    expect(edges).toEqual([]);
    expect(unresolved.map(({ specifier }) => specifier)).toEqual([
      '....far',
      '.also_gone',
      'shop.gone',
    ]);
  });

  it('an import inside a function gives way in a cycle', async () => {
    const { order } = await structureOf({
      'shop/__init__.py': '',
      'shop/a.py': 'from .b import g\ndef f(): pass\n',
      'shop/b.py': 'def g():\n    from .a import f\n',
    });
    expect(order.filter((path) => !path.includes('__init__'))).toEqual(['shop/b.py', 'shop/a.py']);
  });
});
