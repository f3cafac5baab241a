/** Go: packages are folders, edges go to the files that declare the names used. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

describe('go', () => {
  it('reads definitions', async () => {
    const text = [
      'package shop',
      '// Limit is the most. Never more.',
      'const Limit = 3',
      'type (',
      '\tCart struct { items []string }',
      '\tPayer interface { Pay() error }',
      ')',
      'func (c *Cart) Add(item string) error { return nil }',
      'func open[T any](x T) (n int) { var local = 1; return local }',
    ].join('\n');
    expect(await symbolsOf('shop.go', text)).toEqual([
      'constant Limit: Limit = 3',
      'struct Cart: Cart struct',
      'interface Payer: Payer interface { Pay() error }',
      'method Cart.Add: func (c *Cart) Add(item string) error',
      'function open: func open[T any](x T) (n int)',
    ]);
    const { files } = await structureOf({ 'shop.go': text });
    expect(files[0]?.symbols[0]?.doc).toBe('Limit is the most.');
    expect(files[0]?.symbols.map(({ exported }) => exported)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it.each<[string, Files, string[]]>([
    [
      'a name that the package has too; a comment, a text, a label and a key say nothing',
      {
        'go.mod': 'module example.com/shop\n',
        'main.go': 'package main\n\nfunc main() {}\n',
        'other.go': 'package main\n\ntype Key int\ntype Label int\ntype Told int\ntype Said int\n',
        'use.go':
          'package main\n\n// Told.\nfunc use(main_ int, s struct{ Key int }) {\nLabel:\n\tfor {\n\t\tmain()\n\t\tprintln("Said", T{Key: 1})\n\t\tcontinue Label\n\t}\n}\n',
      },
      ['use.go -> main.go [same-package] main'],
    ],
    [
      'imports lead to the declaring files, also through replace',
      {
        'go.mod':
          'module example.com/shop\nrequire example.com/money v1.0.0\nreplace example.com/money => ./money\n',
        'money/go.mod': 'module example.com/money\n',
        'money/euro.go': 'package money\n\ntype Euro int\n',
        'money/dollar.go': 'package money\n\ntype Dollar int\n',
        'cart/cart.go':
          'package cart\n\nimport "example.com/money"\n\ntype Cart struct { sum money.Euro }\n',
        'main.go':
          'package main\n\nimport c "example.com/shop/cart"\n\nfunc main() { _ = c.Cart{} }\n',
      },
      ['cart/cart.go -> money/euro.go [import] Euro', 'main.go -> cart/cart.go [import] Cart'],
    ],
    [
      'one package: free names only, sources never see tests',
      {
        'go.mod': 'module m\n',
        'a.go': 'package m\n\nfunc helper() {}\n\ntype Name struct{}\n',
        'b.go':
          'package m\n\nfunc Use(helper int) { _ = Box{Name: 1}; _ = helper }\n\ntype Box struct { Name int }\n',
        'c.go': 'package m\n\nfunc Call() { helper(); only() }\n',
        'c_test.go': 'package m\n\nfunc only() { Call() }\n',
      },
      ['c.go -> a.go [same-package] helper', 'c_test.go -> c.go [test-of] Call'],
    ],
    [
      'a test beside the package sees what its tests export, others do not',
      {
        'go.mod': 'module m\n',
        'p/p.go': 'package p\n\nfunc Use() {}\n',
        'p/export_test.go': 'package p\n\nvar Hidden = 1\n',
        'p/p_test.go': 'package p_test\n\nimport "m/p"\n\nfunc f() { _ = p.Hidden }\n',
        'q/q_test.go': 'package q\n\nimport "m/p"\n\nfunc f() { _ = p.Hidden; p.Use() }\n',
      },
      ['p/p_test.go -> p/export_test.go [import] Hidden', 'q/q_test.go -> p/p.go [import] Use'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('reports a package that the module should have', async () => {
    const { unresolved } = await structureOf({
      'go.mod': 'module example.com/shop\n',
      'main.go': 'package main\n\nimport _ "example.com/shop/gone"\n',
    });
    expect(unresolved.map(({ specifier }) => specifier)).toEqual(['example.com/shop/gone']);
  });
});
