/** Aliases that build tools and dependencies give to modules, and modules that calls name. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, linksOf } from '../../structure-of.ts';

describe('aliases', () => {
  it.each<[string, Files, string[]]>([
    [
      'of Vite, webpack and Jest, only those that are written out',
      {
        'vite.config.ts':
          'export default defineConfig({ resolve: { alias: [\n' +
          "  { find: '@c', replacement: fileURLToPath(new URL('./src/c', import.meta.url)) },\n" +
          "  { find: 'x', replacement: 'y' },\n] } });\n",
        'webpack.config.js':
          'module.exports = { resolve: { alias: {\n' +
          "  Utils: path.resolve(__dirname, 'src', 'utils/'),\n" +
          "  'vue$': path.join(__dirname, './vendor/vue.js'), react: 'preact/compat',\n" +
          '} } };\n',
        'jest.config.js':
          'module.exports = {\n' +
          "  moduleNameMapper: { '^~t/(.*)$': '<rootDir>/test/$1', '\\\\.css$': 'identity-obj-proxy' },\n" +
          '};\n',
        'src/main.js':
          "import { a } from '@c/a';\nimport { b } from 'Utils/b';\n" +
          "import Vue from 'vue';\nimport { t } from '~t/h';\n" +
          "import r from 'react';\nimport y from 'x';\n" +
          "import z from 'vue/sub';\n" +
          'a(); b(); t(); Vue(); r(); y(); z();\n',
        'src/c/a.js': 'export const a = () => 1;\n',
        'src/utils/b.js': 'export const b = () => 1;\n',
        'vendor/vue.js': 'export default () => 1;\n',
        'test/h.js': 'export const t = () => 1;\n',
      },
      [
        'src/main.js -> src/c/a.js',
        'src/main.js -> src/utils/b.js',
        'src/main.js -> test/h.js',
        'src/main.js -> vendor/vue.js',
      ],
    ],
    [
      'of an import map',
      {
        'deno.json': '{"imports":{"@/":"./src/","util":"./src/util.ts"}}\n',
        'main.ts': 'import { a } from "@/a.ts";\nimport { u } from "util";\n' + 'a(); u();\n',
        'src/a.ts': 'export const a = () => 1;\n',
        'src/util.ts': 'export const u = () => 1;\n',
      },
      ['main.ts -> src/a.ts', 'main.ts -> src/util.ts'],
    ],
    [
      'of several configurations of one folder, that of TypeScript first',
      {
        'tsconfig.json': '{"compilerOptions":{"paths":{"#a":["./src/a.ts"]}}}\n',
        'deno.json': '{"imports":{"#a":"./src/util.ts","util":"./src/util.ts"}}\n',
        'import_map.json': '{"imports":{"@/":"./src/"}}\n',
        'main.ts':
          'import { a } from "#a";\nimport { u } from "util";\n' +
          'import { b } from "@/b.ts";\na(); u(); b();\n',
        'src/a.ts': 'export const a = () => 1;\n',
        'src/b.ts': 'export const b = () => 1;\n',
        'src/util.ts': 'export const u = () => 1;\n',
      },
      ['main.ts -> src/a.ts', 'main.ts -> src/b.ts', 'main.ts -> src/util.ts'],
    ],
    [
      'that stand in one line',
      {
        'vite.config.ts':
          "export default { resolve: { alias: { '@': './src', '~': './lib' } } };\n",
        'jest.config.json':
          '{"moduleNameMapper":{"^c/(.*)$":"<rootDir>/src/$1","^d/(.*)$":"<rootDir>/lib/$1"}}\n',
        'webpack.config.js':
          'module.exports = { resolve: { alias: {\n' +
          "  W: path.resolve(__dirname, 'src', 'w'), V: path.resolve(__dirname, 'lib/v') } } };\n",
        'rollup.config.js':
          "export default { alias: [{ find: 'f', replacement: './src' },\n" +
          "  { find: 'g', replacement: './lib/g' }, { find: 'h', replacement: './lib/h' }] };\n",
        'main.js': ['@/a', '~/b', 'c/c', 'd/d', 'W/w', 'V/v', 'f/f', 'g/g', 'h/h']
          .map((specifier) => `import '${specifier}';\n`)
          .join(''),
        ...Object.fromEntries(
          [
            'src/a',
            'lib/b',
            'src/c',
            'lib/d',
            'src/w/w',
            'lib/v/v',
            'src/f',
            'lib/g/g',
            'lib/h/h',
          ].map((name) => [`${name}.js`, 'console.log(1);\n']),
        ),
      },
      ['lib/b', 'lib/d', 'lib/g/g', 'lib/h/h', 'lib/v/v', 'src/a', 'src/c', 'src/f', 'src/w/w'].map(
        (name) => `main.js -> ${name}.js`,
      ),
    ],
  ])('%s', async (_name, files, links) => {
    expect((await linksOf(files)).sort()).toEqual(links);
  });
});

describe('names of packages', () => {
  it.each<[string, Files, string[]]>([
    [
      'a folder under another name',
      {
        'core/package.json': '{"name":"core","main":"lib/index.js"}\n',
        'core/lib/index.js': 'exports.c = 1;\n',
        'app/package.json': '{"name":"app","dependencies":{"kern":"file:../core"}}\n',
        'app/main.js': "const { c } = require('kern');\nconsole.log(c);\n",
      },
      ['app/main.js -> core/lib/index.js'],
    ],
    [
      'a workspace under another name',
      {
        'package.json': '{"workspaces":["p/*"]}\n',
        'p/core/package.json': '{"name":"@x/core","main":"index.js"}\n',
        'p/core/index.js': 'exports.c = 1;\n',
        'p/app/package.json': '{"name":"app","dependencies":{"kern":"workspace:@x/core@*"}}\n',
        'p/app/main.js':
          "const { c } = require('kern');\n" + "const { d } = require('kern2');\nconsole.log(c);\n",
      },
      ['p/app/main.js -> p/core/index.js'],
    ],
    [
      'names and versions that are no text',
      {
        'package.json': '{"name":{"toString":1},"dependencies":{"kern":{"toString":1}}}\n',
        'p/package.json': `{"name":"p","dependencies":{"kern":${'['.repeat(9000)}${']'.repeat(9000)}}}\n`,
        'main.js': "require('kern');\nrequire('./own');\n",
        'own.js': 'exports.c = 1;\n',
        'p/main.js': "require('kern');\nrequire('../own');\n",
      },
      ['main.js -> own.js', 'p/main.js -> own.js'],
    ],
    [
      'the first condition that Node has',
      {
        'package.json':
          '{"name":"p","imports":{"#db":{"node":"./src/db-node.js","default":"./src/db.js"},\n' +
          '"#lib/*.js":"./src/lib/*.js","#u/*":"./src/u/*.ts"}}\n',
        'src/main.js':
          "import { db } from '#db';\nimport { a } from '#lib/a.js';\n" +
          "import { u } from '#u/x';\ndb(); a(); u();\n",
        'src/db-node.js': 'export const db = () => 1;\n',
        'src/db.js': 'export const db = () => 2;\n',
        'src/lib/a.js': 'export const a = () => 1;\n',
        'src/u/x.ts': 'export const u = () => 1;\n',
      },
      ['src/main.js -> src/db-node.js', 'src/main.js -> src/lib/a.js', 'src/main.js -> src/u/x.ts'],
    ],
  ])('%s', async (_name, files, links) => {
    expect((await linksOf(files)).sort()).toEqual(links);
  });
});

describe('packages of Deno', () => {
  const members = {
    'path/deno.json': '{"name":"@std/path","exports":{".":"./mod.ts","./join":"./join.ts"}}\n',
    'path/mod.ts': 'export * from "./join.ts";\n',
    'path/join.ts': 'export const join = () => 1;\n',
    'fs/deno.jsonc': '{"name":"@std/fs","exports":"./mod.ts", // one\n}\n',
    'fs/mod.ts':
      'import { join } from "@std/path/join";\nimport { u } from "#u";\njoin(); u();\n' +
      'import { x } from "jsr:@std/path@^1.0";\nimport y from "jsr:@other/path@1/join";\nx(); y();\n',
    'lib/u.ts': 'export const u = () => 1;\n',
    'out/a.ts': 'import { join } from "@std/path/join";\njoin();\n',
    'out/deno.json': '{"name":"@out/a","exports":"./a.ts"}\n',
    'tools/run.ts': 'import { join } from "@std/path";\njoin();\n',
  };
  const edges = [
    'fs/mod.ts -> lib/u.ts',
    'fs/mod.ts -> path/join.ts',
    'fs/mod.ts -> path/mod.ts',
    'path/mod.ts -> path/join.ts',
    'tools/run.ts -> path/join.ts',
    'tools/run.ts -> path/mod.ts',
  ];
  it.each([
    ['an array', '{"workspace":["./path","./fs"],"imports":{"#u":"./lib/u.ts"}}\n'],
    ['members', '{"workspace":{"members":["pa*","fs"]},"imports":{"#u":"./lib/u.ts"}}\n'],
  ])('members of a workspace see each other by name: %s', async (_form, root) => {
    expect((await linksOf({ ...members, 'deno.json': root })).sort()).toEqual(edges);
  });
});

describe('calls', () => {
  it.each<[string, Files, string[]]>([
    [
      'mocks, resolved paths and addresses of programs',
      {
        'a.test.ts':
          "vi.mock('./a', () => ({}));\nvi.mock('lodash');\n" +
          "const img = new URL('./a.png', import.meta.url);\n" +
          "const p = require.resolve('./b.js');\n" +
          "class K { mock(x) {} }\nnew K().mock('./c');\n",
        'a.ts': 'export const a = 1;\n',
        'b.js': 'exports.b = 1;\n',
        'c.ts': 'export const c = 1;\n',
      },
      ['a.test.ts -> a.ts', 'a.test.ts -> b.js'],
    ],
    [
      'a worker',
      {
        'main.js': "new Worker(new URL('./worker.js', import.meta.url));\n",
        'worker.js': 'postMessage(1);\n',
      },
      ['main.js -> worker.js'],
    ],
    [
      'a mock of Jest',
      {
        'a.test.js': "jest.mock('./a');\nconst { a } = jest.requireActual('./a');\n",
        'a.js': 'export const a = 1;\n',
      },
      ['a.test.js -> a.js'],
    ],
  ])('%s', async (_name, files, links) => {
    expect((await linksOf(files)).sort()).toEqual(links);
  });

  it('that give a place bind none of the names at it, and pass none on', async () => {
    const edges = await edgesOf({
      'a.js':
        "const p = require.resolve('./x');\nconst q = new URL('./x.js', import.meta.url);\n" +
        'console.log(p.x, q.y);\n',
      'b.js': "module.exports = require.resolve('./x');\n",
      'c.js': "module.exports = new URL('./x.js', import.meta.url);\n",
      'd.js': "console.log(require.resolve('./x').x);\n",
      'e.js': "jest.mock('./x').mock('./x.js');\nconsole.log(jest.requireActual('./x').x);\n",
      'x.js': 'exports.x = 1;\nexports.y = 2;\n',
    });
    expect(edges.sort()).toEqual([
      'a.js -> x.js [import]',
      'b.js -> x.js [import]',
      'c.js -> x.js [import]',
      'd.js -> x.js [import]',
      'e.js -> x.js [import] x',
    ]);
  });
});
