/** Where imports of JavaScript and TypeScript lead, and how sure that is. */
import { describe, expect, it } from 'vitest';
import { type Files, structureOf, unresolvedOf, weighedEdgesOf } from '../../structure-of.ts';

const one = 'export const one = 1;\n';
const plain = 'module.exports = 1;\n';

describe('tsconfig', () => {
  it.each<[string, Files, string[]]>([
    [
      'configDir is the folder of the configuration that began the chain',
      {
        'base/tsconfig.json': `{"compilerOptions": {"paths": {"~/*": ["\${configDir}/src/*"]}}}`,
        'packages/app/tsconfig.json': '{"extends": "../../base/tsconfig.json"}',
        'packages/app/src/lib/area.ts': one,
        'packages/app/src/main.ts': "import { one } from '~/lib/area';\none;\n",
        'base/src/lib/area.ts': one,
      },
      ['packages/app/src/main.ts -> packages/app/src/lib/area.ts 1'],
    ],
    [
      'the last of several extended configurations wins, and the own one over all',
      {
        'base-a.json': '{"compilerOptions": {"baseUrl": "a", "paths": {"#/*": ["./a/*"]}}}',
        'base-b.json': '{"compilerOptions": {"paths": {"#/*": ["./b/*"]}}}',
        'tsconfig.json': '{"extends": ["./base-a.json", "./base-b.json"]}',
        'a/x.ts': one,
        'b/x.ts': one,
        'main.ts': "import { one } from '#/x';\none;\n",
      },
      ['main.ts -> b/x.ts 1'],
    ],
    [
      'root folders count as one',
      {
        'tsconfig.json': '{"compilerOptions": {"rootDirs": ["src", "made"]}}',
        'made/views/shown.ts': one,
        'src/views/main.ts': "import { one } from './shown';\none;\n",
      },
      ['src/views/main.ts -> made/views/shown.ts 1'],
    ],
    [
      'module suffixes name variants of a file',
      {
        'tsconfig.json': '{"compilerOptions": {"moduleSuffixes": [".eu", ""]}}',
        'src/tax.ts': one,
        'src/tax.eu.ts': one,
        'src/main.ts': "import { one } from './tax';\none;\n",
      },
      ['src/main.ts -> src/tax.eu.ts 0.8', 'src/main.ts -> src/tax.ts 1'],
    ],
    [
      'types come before what has none, as TypeScript looks',
      {
        'src/a.js': plain,
        'src/a/index.ts': one,
        'src/main.ts': "import { one } from './a';\none;\n",
      },
      ['src/main.ts -> src/a/index.ts 1'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await weighedEdgesOf(files)).toEqual(expected);
  });

  it('a beginning that no package has is never external', async () => {
    const files: Files = {
      'package.json': '{"name": "shop", "dependencies": {"vue": "3"}}',
      'src/lib/a.ts': one,
      'src/main.ts':
        "import { one } from '@/lib/a';\nimport '~/gone';\nimport '$lib/gone';\n" +
        "import '@acme/lib/a';\nimport '$app/stores';\none;\n",
    };
    expect(await weighedEdgesOf(files)).toEqual(['src/main.ts -> src/lib/a.ts 0.7']);
    expect(await unresolvedOf(files)).toEqual([
      'src/main.ts $lib/gone: an alias that no configuration here states',
      'src/main.ts ~/gone: an alias that no configuration here states',
    ]);
    const { files: found } = await structureOf(files);
    expect(found.flatMap(({ externals }) => externals)).toEqual(['$app', '@acme/lib']);
  });
});

describe('files', () => {
  it.each<[string, Files, string[]]>([
    [
      'require takes a folder and its index before other extensions',
      {
        'package.json': '{"name": "x"}',
        'plugin.cjs': plain,
        'plugin/index.js': plain,
        'main.js': "require('./plugin');\n",
      },
      ['main.js -> plugin/index.js 1'],
    ],
    [
      'require looks for .js, .json and then the main of a folder',
      {
        'a.js': plain,
        'a/index.js': plain,
        'b/package.json': '{"main": "lib"}',
        'b/lib.js': plain,
        'b/index.js': plain,
        'c/package.json': '{"main": "gone"}',
        'c/index.js': plain,
        'main.cjs': "require('./a');\nrequire('./a/');\nrequire('./b');\nrequire('./c');\n",
      },
      ['main.cjs -> a.js 1', 'main.cjs -> a/index.js 1', 'main.cjs -> b/lib.js 1'].concat(
        'main.cjs -> c/index.js 1',
      ),
    ],
    [
      'an ES module names its file exactly; what only bundlers find is less sure',
      {
        'package.json': '{"type": "module"}',
        'a.js': one,
        'b.js': one,
        'main.js': "import './a.js';\nimport './b';\n",
        'other.mjs': "import './b';\n",
      },
      ['main.js -> a.js 1', 'main.js -> b.js 0.9', 'other.mjs -> b.js 0.9'],
    ],
    [
      'React Native takes the file of a platform',
      {
        'package.json': '{"dependencies": {"react-native": "0.75.0"}}',
        'src/App.tsx':
          "import { one } from './Press';\nimport { two } from './Text';\none + two;\n",
        'src/Press.ios.tsx': one,
        'src/Press.android.tsx': one,
        'src/Text.tsx': 'export const two = 2;\n',
        'src/Text.native.tsx': 'export const two = 2;\n',
        'src/Pressed.ios.tsx': one,
      },
      [
        'src/App.tsx -> src/Press.android.tsx 0.8',
        'src/App.tsx -> src/Press.ios.tsx 0.8',
        'src/App.tsx -> src/Text.native.tsx 0.8',
        'src/App.tsx -> src/Text.tsx 1',
      ],
    ],
    [
      'without React Native a platform in a name is part of the name',
      {
        'package.json': '{"name": "x"}',
        'src/a.ts': one,
        'src/a.web.ts': one,
        'src/main.ts': "import { one } from './a';\none;\n",
      },
      ['src/main.ts -> src/a.ts 1'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await weighedEdgesOf(files)).toEqual(expected);
  });
});

describe('packages', () => {
  it.each<[string, Files, string[]]>([
    [
      'workspaces of Rush, and patterns with braces',
      {
        'rush.json':
          '{"projects": [{"packageName": "a", "projectFolder": "apps/a"},\n' +
          '// the other\n{"packageName": "b", "projectFolder": "libs/b"}]}',
        'apps/a/package.json': '{"name": "a"}',
        'apps/a/main.ts': "import { one } from 'b';\none;\n",
        'libs/b/package.json': '{"name": "b", "main": "b.js"}',
        'libs/b/b.ts': one,
      },
      ['apps/a/main.ts -> libs/b/b.ts 0.9'],
    ],
    [
      'braces choose folders of a workspace',
      {
        'pnpm-workspace.yaml': "packages:\n  - '{apps,libs}/*'\n",
        'apps/a/package.json': '{"name": "a"}',
        'apps/a/main.ts': "import { one } from 'b/deep/x';\none;\n",
        'libs/b/package.json': '{"name": "b", "exports": {"./deep/": "./deep/"}}',
        'libs/b/deep/x.ts': one,
      },
      ['apps/a/main.ts -> libs/b/deep/x.ts 0.9'],
    ],
    [
      'an own import may mean another package, and the longest beginning wins',
      {
        'package.json': '{"workspaces": ["packages/*"]}',
        'packages/b/package.json': '{"name": "b", "main": "b.js"}',
        'packages/b/b.js': plain,
        'packages/a/package.json':
          '{"name": "a", "imports": {"#b": "b", "#x/*": "./x/*.js", "#x/y/*.js": "./y/*.js"}}',
        'packages/a/x/one.js': plain,
        'packages/a/y/two.js': plain,
        'packages/a/main.js': "require('#b');\nrequire('#x/one');\nrequire('#x/y/two.js');\n",
      },
      [
        'packages/a/main.js -> packages/a/x/one.js 1',
        'packages/a/main.js -> packages/a/y/two.js 1',
        'packages/a/main.js -> packages/b/b.js 1',
      ],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await weighedEdgesOf(files)).toEqual(expected);
  });
});

describe('Flow', () => {
  it("keeps the edges and definitions of files with Flow's types", async () => {
    const files: Files = {
      'src/a.js':
        '// @flow\nexport type Box = {| +size: ?number |};\nexport opaque type Id = string;\n' +
        'export default class Shop<T> { items: T; }\ndeclare export function ask(x: number): Id;\n',
      'src/b.js':
        '/* @flow strict */\nimport typeof Shop from "./a";\nimport { type Box } from "./a";\n' +
        'import { run } from "./c";\nconst bare = (run: any);\nexport type { Id } from "./a";\n',
      'src/c.js': '// @flow\nexport function run(x: ?string): void {}\n',
    };
    const { edges, files: found } = await structureOf(files);
    expect(edges.map(({ from, to, kind }) => `${from} -> ${to} ${kind}`)).toEqual([
      'src/b.js -> src/a.js re-export',
      'src/b.js -> src/c.js import',
    ]);
    expect(found[0]).toMatchObject({ parser: 'babel', errorRatio: 0, note: null });
    expect(found[0]?.symbols.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'type Box',
      'type Id',
      'class Shop',
      'field items',
      'function ask',
    ]);
  });
});
