/** TypeScript and JavaScript: definitions, module systems, tsconfig, packages. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

describe('definitions', () => {
  it('reads TypeScript, variance annotations included', async () => {
    const text = `
      /** Takes one thing. Then more. */
      export interface Sink<in T, out U> { push(value: T): U }
      type Id = string;
      export enum Kind { A, B }
      export const make = (size: number): Sink<string, void> => { throw size; };
      export default class Store<T> extends Base<T> {
        #secret = 1;
        constructor(readonly path: string) { super(); }
        get = () => 1;
      }
      export namespace Tools { export function cut() {} }
      const { left, right: [first] } = pair;`;
    expect(await symbolsOf('a.ts', text)).toEqual([
      'interface Sink: export interface Sink<in T, out U>',
      'type Id: type Id = string',
      'enum Kind: export enum Kind',
      'function make: export const make = (size: number): Sink<string, void>',
      'class Store: export default class Store<T> extends Base<T>',
      'field Store.secret: #secret = 1',
      'method Store.constructor: constructor(readonly path: string)',
      'method Store.get: get = ()',
      'module Tools: export namespace Tools',
      'function Tools.cut: export function cut()',
      'constant left: { left, right: [first] } = pair',
    ]);
    const { files } = await structureOf({ 'a.ts': text });
    expect(files[0]).toMatchObject({ parser: 'oxc', errorRatio: 0 });
    expect(files[0]?.symbols[0]).toMatchObject({ doc: 'Takes one thing.', startLine: 3 });
    expect(files[0]?.symbols.find(({ name }) => name === 'secret')?.exported).toBe(false);
  });

  it('reads CommonJS and prototypes', async () => {
    const text = `
      var app = exports = module.exports = {};
      app.use = function use(fn) {};
      exports.limit = 3;
      function View(name) {}
      View.prototype.render = function () {};`;
    expect(await symbolsOf('a.js', text)).toEqual([
      'variable app: app = exports = module.exports = {}',
      'method app.use: app.use = function use(fn)',
      'constant limit: exports.limit = 3',
      'function View: function View(name)',
      'method View.render: View.prototype.render = function ()',
    ]);
  });

  it('reads calls of methods whose objects are named as what every object has', async () => {
    const text = `
      import { b } from './b.js';
      import c from 'constructor';
      hasOwnProperty.call({}, 'x');
      constructor.mock('./c.js');
      toString.resolve(b, c);`;
    const files = { 'a.js': text, 'b.js': 'export const b = 1;\n', 'c.js': '' };
    const packageFile = { 'package.json': '{"dependencies": {"toString": "1.0.0"}}' };
    const { files: found, edges } = await structureOf({ ...files, ...packageFile });
    expect(found.find(({ path }) => path === 'a.js')).toMatchObject({ parser: 'oxc' });
    expect(edges).toMatchObject([{ from: 'a.js', to: 'b.js' }]);
  });

  it('reads JSX and annotated JavaScript, and gives up on what is neither', async () => {
    const { files } = await structureOf({
      'a.js': 'export const A = () => <B.C x={1} />;\n',
      'b.js': 'export function f(a: number): string { return ""; }\n',
      'c.js': 'export function ((( {\n',
    });
    expect(files.map(({ parser, errorRatio }) => [parser, errorRatio])).toEqual([
      ['oxc', 0],
      ['oxc', 0],
      ['none', 1],
    ]);
  });
});

describe('imports', () => {
  it.each<[string, Files, string[]]>([
    [
      'names, defaults, namespaces, types, side effects',
      {
        'src/a.ts': 'export const x = 1;\nexport type T = 1;\nexport default function run() {}\n',
        'src/b.ts': "import run, { x as y } from './a.js';\nrun(y);\n",
        'src/c.ts': "import * as a from './a';\na.x;\nlet t: a.T;\n",
        'src/d.ts': "import type { T } from './a';\nexport const d: T = 1;\n",
        'src/e.ts': "import './a';\nimport('./d');\nlet z: import('./b').Z;\n",
      },
      [
        'src/b.ts -> src/a.ts [import] run,x',
        'src/c.ts -> src/a.ts [import] T,x',
        'src/d.ts -> src/a.ts [type-only] T',
        'src/e.ts -> src/a.ts [import]',
        'src/e.ts -> src/b.ts [type-only] Z',
        'src/e.ts -> src/d.ts [import]',
      ],
    ],
    [
      'barrels lead to the definition too',
      {
        'src/index.ts': "export * from './a';\nexport { b as c } from './b';\n",
        'src/a.ts': 'export const a = 1;\n',
        'src/b.ts': 'export const b = 1;\n',
        'src/main.ts': "import { a, c } from '.';\na + c;\n",
      },
      [
        'src/index.ts -> src/a.ts [re-export]',
        'src/index.ts -> src/b.ts [re-export] b',
        'src/main.ts -> src/a.ts [import] a',
        'src/main.ts -> src/b.ts [import] b',
        'src/main.ts -> src/index.ts [import] a,c',
      ],
    ],
    [
      'CommonJS: whole modules, destructured names, re-exports',
      {
        'index.js': "module.exports = require('./lib/app');\n",
        'lib/app.js':
          "const { cut } = require('./tool');\nmodule.exports = create;\nfunction create() { cut(); }\n",
        'lib/tool.js': 'exports.cut = function () {};\n',
        'test.js': "const app = require('./');\napp();\n",
      },
      [
        'index.js -> lib/app.js [re-export] create',
        'lib/app.js -> lib/tool.js [import] cut',
        'test.js -> index.js [import] default',
        'test.js -> lib/app.js [import] create',
      ],
    ],
    [
      'tsconfig paths through extends, with comments in the file',
      {
        'tsconfig.base.json':
          '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"],},},}',
        'tsconfig.json': '{\n  // mine\n  "extends": "./tsconfig.base.json"\n}',
        'src/lib/a.ts': 'export const a = 1;\n',
        'src/main.ts':
          "import { a } from '@/lib/a';\nimport { a as b } from 'src/lib/a';\na + b;\n",
      },
      ['src/main.ts -> src/lib/a.ts [import] a'],
    ],
    [
      'tsconfig that a package of the workspace shares, and one from outside',
      {
        'package.json': '{"workspaces": ["packages/*"]}',
        'packages/typescript-config/package.json': '{"name": "@acme/rules"}',
        'packages/typescript-config/base.json':
          '{"compilerOptions": {"paths": {"~/*": ["../shared/*"]}}}',
        'packages/shared/a.ts': 'export const a = 1;\n',
        'packages/app/package.json': '{"name": "app"}',
        'packages/app/tsconfig.json': '{"extends": "@acme/rules/base"}',
        'packages/app/main.ts': "import { a } from '~/a';\na;\n",
        'packages/other/package.json': '{"name": "other"}',
        'packages/other/tsconfig.json': '{"extends": "@else/rules/base"}',
        'packages/other/main.ts': "import { a } from '~/a';\na;\n",
      },
      ['packages/app/main.ts -> packages/shared/a.ts [import] a'],
    ],
    [
      'workspace packages by exports, built paths to sources, package imports',
      {
        'package.json': '{"workspaces": ["packages/*"]}',
        'packages/core/package.json':
          '{"name": "@acme/core", "exports": {".": {"types": "./dist/index.d.ts", "import": "./dist/index.js"}, "./sub/*": "./dist/sub/*.js"}}',
        'packages/core/src/index.ts': 'export const core = 1;\n',
        'packages/core/src/sub/one.ts': 'export const one = 1;\n',
        'packages/app/package.json': '{"name": "app", "imports": {"#own": "./own.js"}}',
        'packages/app/own.js': 'export const own = 1;\n',
        'packages/app/main.ts':
          "import { core } from '@acme/core';\nimport { one } from '@acme/core/sub/one';\nimport { own } from '#own';\ncore + one + own;\n",
      },
      [
        'packages/app/main.ts -> packages/app/own.js [import] own',
        'packages/app/main.ts -> packages/core/src/index.ts [import] core',
        'packages/app/main.ts -> packages/core/src/sub/one.ts [import] one',
      ],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('reports relative paths and aliases that lead nowhere', async () => {
    const { unresolved, files } = await structureOf({
      'tsconfig.json': '{"compilerOptions": {"paths": {"~/*": ["./src/*"]}}}',
      'src/a.ts': "import './gone';\nimport '../../out';\nimport '~/gone';\nimport 'node:fs';\n",
    });
    expect(unresolved.map(({ specifier }) => specifier)).toEqual(['../../out', './gone', '~/gone']);
    expect(files.find(({ path }) => path === 'src/a.ts')?.externals).toEqual(['fs']);
  });
});
