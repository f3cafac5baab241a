/**
 * Names and settings that want to stop the resolvers: each repository ends with a structure, though
 * recursion, patterns and chains in it could go on without end. Build files of C and names of Rust
 * have tests of their own beside the language.
 */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf } from './structure-of.ts';

describe('a repository has its edges', () => {
  const pair = { 'a.js': "import './b.js';\n", 'b.js': '' };
  const own = 'a.js -> b.js [import]';

  it.each<[string, Files]>([
    ['comments open and never close', { 'package.json': '/*'.repeat(300_000) }],
    ['strings open and never close', { 'package.json': `"${'\\\\"'.repeat(300_000)}` }],
    [
      'lists stand in lists',
      { 'package.json': `{"exports":${'['.repeat(9e4)}${']'.repeat(9e4)}}` },
    ],
    [
      'workspaces match in very many ways',
      { 'package.json': `{"workspaces":["${'*a'.repeat(60)}b"]}` },
    ],
  ])('although in package.json %s', async (_name, files) => {
    const nested = { [`${'a'.repeat(250)}/package.json`]: '{}' };
    expect(await edgesOf({ ...nested, ...files, ...pair })).toEqual([own]);
  });

  it('although every tsconfig.json extends and references all others', async () => {
    const others = Array.from({ length: 12 }, (_, index) => `../c${index}/tsconfig.json`);
    const references = others.map((path) => ({ path }));
    const configs = others.map((_, index): [string, string] => [
      `c${index}/tsconfig.json`,
      JSON.stringify({ extends: others, references }),
    ]);
    expect(await edgesOf({ ...Object.fromEntries(configs), ...pair })).toEqual([own]);
  });

  it.each<[string, Files]>([
    ['lists', { 'Cargo.toml': `a = ${'['.repeat(200_000)}` }],
    ['tables', { 'pyproject.toml': `a = ${'{ b = '.repeat(200_000)}` }],
  ])('although %s stand in each other in a manifest of TOML', async (_name, files) => {
    expect(await edgesOf({ ...files, ...pair })).toEqual([own]);
  });

  it.each<[string, string]>([
    ['a property has a hundred thousand long values', `<B>${'$(A)'.repeat(100_000)}</B>`],
    ['a call has as many', `<B>$([P]::Combine(${'$(A),'.repeat(100_000)}x))</B>`],
    ['a hundred thousand elements do not close', '<Compile '.repeat(100_000)],
    ['a hundred thousand comments do not close', '<!-- '.repeat(100_000)],
  ])('although in a project of .NET %s', async (_name, text) => {
    const sources = {
      'lib/L.csproj': '<Project></Project>',
      'lib/B.cs': 'namespace N;\npublic class B { }\n',
      'app/A.cs': 'namespace N;\nclass A { B b; }\n',
    };
    const reference = '<ProjectReference Include="../lib/L.csproj" />';
    const project = `<Project><A>${'x'.repeat(4000)}</A>${reference}${text}</Project>`;
    expect(await edgesOf({ 'app/App.csproj': project, ...sources })).toEqual([
      'app/A.cs -> lib/B.cs [same-package] B',
    ]);
  });

  it.each<[string, string]>([
    ['one word', `module x\n${'a'.repeat(300_000)}`],
    ['empty lines', `${'\n'.repeat(300_000)}module x\n`],
  ])('although go.mod is a large file of %s', async (_name, text) => {
    const files = { 'go.mod': text, 'p/p.go': 'package p\nfunc F() {}\n' };
    const main = 'package main\nimport "x/p"\nfunc main() { p.F() }\n';
    expect(await edgesOf({ ...files, 'main.go': main })).toEqual(['main.go -> p/p.go [import] F']);
  });

  it('although names of Kotlin hold the signs of patterns', async () => {
    const files = {
      'a.kt': 'package p\nfun `a (b`(x: Int) {}\nfun String.`c [`() {}\nfun d() {}\n',
      'b.kt': 'package p\nfun g() { d() }\n',
    };
    expect(await edgesOf(files)).toEqual(['b.kt -> a.kt [same-package] d']);
  });

  it('although thousands of classes of Ruby descend from each other', async () => {
    const classes = Array.from({ length: 4000 }, (_, at) => `class A${at} < A${at + 1}; end\n`);
    const files = {
      'lib/a.rb': classes.join(''),
      'lib/b.rb': 'class B < A0\n  Unknown\nend\n',
    };
    expect(await edgesOf(files)).toEqual(['lib/b.rb -> lib/a.rb [same-package] A0']);
  });

  it('although thousands of files pass a name on to each other', async () => {
    const barrels = Array.from({ length: 3000 }, (_, at): [string, string] => [
      `b${at}.py`,
      `from b${at + 1} import z\n`,
    ]);
    const files = { ...Object.fromEntries(barrels), 'b3000.py': 'z = 1\n' };
    const edges = await edgesOf({ ...files, 'use.py': 'from b0 import z\nz()\n' });
    expect(edges).toContain('use.py -> b0.py [import] z');
    expect(edges).toContain('b2999.py -> b3000.py [import] z');
  });
});

describe('a name of thousands of parts', () => {
  const names = Array.from({ length: 2000 }, () => 'a');

  it.each<[string, Files]>([
    ['PHP', { 'a.php': `<?php namespace ${names.join('\\')}; class C {}` }],
    ['Java', { 'A.java': `package ${names.join('.')};\nclass A {}` }],
    ['Rust', { 'a.rs': `use ${names.join('::')};\n` }],
  ])('of %s is left out, and the file says so', async (_name, files) => {
    const { shortfalls, edges } = await structureOf(files);
    expect(shortfalls).toEqual([{ path: Object.keys(files)[0], reason: 'names-limited' }]);
    expect(edges).toEqual([]);
  });

  it('is kept if it is the address of a module that holds its own text', async () => {
    const address = `data:text/javascript,${'x/'.repeat(2000)}`;
    const { files, shortfalls } = await structureOf({ 'a.js': `import '${address}';\n` });
    expect(shortfalls).toEqual([]);
    expect(files[0]?.externals).toEqual([address]);
  });
});
