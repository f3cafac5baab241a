/** Which folder an import path of Go means: workspaces, replacements, vendored packages. */
import { describe, expect, it } from 'vitest';
import { type Files, structureOf, weighedEdgesOf } from '../../structure-of.ts';

const twice = 'package mathx\n\nfunc Twice(n int) int { return 2 * n }\n';
const main = 'package main\n\nimport "shop.example/lib/mathx"\n\nfunc main() { mathx.Twice(4) }\n';

describe('modules', () => {
  it.each<[string, Files]>([
    [
      'of a workspace, in a block',
      { 'go.work': 'go 1.22\n\nuse (\n\t./app // the app\n\t./lib\n)\n' },
    ],
    ['of a workspace, one by one', { 'go.work': 'go 1.22\nuse ./app\nuse "./lib"\n' }],
    [
      'replaced by the workspace',
      { 'go.work': 'use ./app\nreplace shop.example/lib v1.0.0 => ./lib // here\n' },
    ],
    [
      'replaced by the module',
      { 'app/go.mod': 'module shop.example/app\nreplace "shop.example/lib" => ../lib\n' },
    ],
    ['required', { 'app/go.mod': 'module shop.example/app\nrequire shop.example/lib v1.2.3\n' }],
  ])('%s', async (_name, files) => {
    const all: Files = {
      'app/go.mod': 'module shop.example/app\n',
      'lib/go.mod': 'module shop.example/lib\n',
      'lib/mathx/mathx.go': twice,
      'app/main.go': main,
      ...files,
    };
    expect(await weighedEdgesOf(all)).toEqual(['app/main.go -> lib/mathx/mathx.go 1']);
    const { order } = await structureOf(all);
    expect(order.indexOf('lib/mathx/mathx.go')).toBeLessThan(order.indexOf('app/main.go'));
  });

  it('a module that nothing names is external, also beside a workspace without it', async () => {
    const { edges, files } = await structureOf({
      'go.work': 'use ./app\n',
      'app/go.mod': 'module shop.example/app\n',
      'lib/go.mod': 'module shop.example/lib\n',
      'lib/mathx/mathx.go': twice,
      'app/main.go': main,
    });
    expect(edges).toEqual([]);
    const program = files.find(({ path }) => path === 'app/main.go');
    expect(program?.externals).toEqual(['shop.example/lib/mathx']);
  });

  it('a vendored package is what the import means', async () => {
    expect(
      await weighedEdgesOf({
        'go.mod': 'module shop.example/app\n',
        'vendor/shop.example/lib/mathx/mathx.go': twice,
        'main.go': main,
      }),
    ).toEqual(['main.go -> vendor/shop.example/lib/mathx/mathx.go 1']);
  });

  it('without modules most imports say what the repository is called', async () => {
    expect(
      await weighedEdgesOf({
        'mathx/mathx.go': twice,
        'errors/errors.go': 'package errors\n',
        'text/text.go':
          'package text\n\nimport "example.com/shop/app/mathx"\n\nvar x = mathx.Twice(1)\n',
        'main.go':
          'package main\n\nimport (\n\t"example.com/shop/app/mathx"\n\t"example.com/shop/app/text"\n' +
          '\t"github.com/pkg/errors/errors"\n)\n\nfunc main() { mathx.Twice(4); errors.New(); text.F() }\n',
      }),
    ).toEqual([
      'main.go -> mathx/mathx.go 0.7',
      'main.go -> text/text.go 0.7',
      'text/text.go -> mathx/mathx.go 0.7',
    ]);
  });
});
