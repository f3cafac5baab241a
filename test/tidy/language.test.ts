/** Language rules that neither the compiler nor the linter holds alone, and the header comment. */
import { describe, expect, test } from 'vitest';
import {
  findAll,
  isPython,
  isTypeScript,
  readFiles,
  type SourceFile,
} from './rules/source-files.ts';
import { importsOf, lineOf, type SyntaxNode, walk } from './rules/syntax.ts';

/** The first thing in a file says what it is for. */
function missingHeader({ path, text }: SourceFile): string[] {
  const start = text.replace(/^#!.*\n/, '');
  const opens = isPython(path) ? /^"""\S/.test(start) : /^\/\*\*\s*(\* )?\s*\S/.test(start);
  return opens ? [] : ['does not open with a comment that says what it is for'];
}

function isIgnored(file: SourceFile, node: SyntaxNode): boolean {
  const line = lineOf(file, node.start);
  const above = file.text.split('\n').slice(Math.max(0, line - 3), line);
  return above.some((each) => each.includes('biome-ignore'));
}

const bannedNodes: Readonly<Record<string, string>> = {
  TSAnyKeyword: 'any',
  TSEnumDeclaration: 'an enum',
  TSParameterProperty: 'a parameter property',
  ExportDefaultDeclaration: 'a default export',
  ExportAllDeclaration: 'a barrel export',
};

function bannedSyntax(file: SourceFile): string[] {
  const found: string[] = [];
  for (const { node } of walk(file)) {
    const what = bannedNodes[node.type];
    if (what === undefined || isIgnored(file, node)) continue;
    found.push(`line ${lineOf(file, node.start)} has ${what}`);
  }
  for (const { specifier, line } of importsOf(file)) {
    if (specifier.startsWith('.') && !/\.(tsx?|js|json)$/.test(specifier)) {
      found.push(`line ${line} imports ${specifier} without its extension`);
    }
  }
  return found;
}

/** localeCompare depends on the machine, and so would the bytes (I6). */
function localeDependence({ text }: SourceFile): string[] {
  return text.split('\n').flatMap((line, index) => {
    const found = /\.(localeCompare|toLocale\w*String)\(|\bIntl\./.exec(line);
    return found === null ? [] : [`line ${index + 1} uses ${found[0]}`];
  });
}

/** On file systems such as /proc it never returns; make-folder.ts does its work. */
function recursiveMkdir({ text }: SourceFile): string[] {
  const calls = text.matchAll(/\bmkdir(?:Sync)?\([^;]*?recursive: true/g);
  return [...calls].map(({ index }) => `line ${text.slice(0, index).split('\n').length} makes it`);
}

/** Unfinished work and switched-off tests do not land. */
function unfinished({ text }: SourceFile): string[] {
  const marks = [
    new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`),
    /\b(test|it|describe)\.(skip|only|todo)\b/,
  ];
  return text.split('\n').flatMap((line, index) => {
    const found = marks.map((mark) => mark.exec(line)?.[0]).find((mark) => mark !== undefined);
    return found === undefined ? [] : [`line ${index + 1} has ${found}`];
  });
}

describe('language', () => {
  const typeScript = readFiles(isTypeScript);
  const code = readFiles((path) => isTypeScript(path) || isPython(path));

  test('every file opens with what it is for', () => {
    const described = code.filter(({ path }) => !path.endsWith('__init__.py'));
    expect(findAll(described, missingHeader)).toEqual([]);
    expect(missingHeader({ path: 'x.ts', text: 'const a = 1;\n' })).toHaveLength(1);
    expect(missingHeader({ path: 'x.ts', text: '/** What it is for. */\n' })).toEqual([]);
    expect(missingHeader({ path: 'x.py', text: 'import os\n' })).toHaveLength(1);
    expect(missingHeader({ path: 'x.py', text: '"""What it is for."""\n' })).toEqual([]);
  });

  test('no any, enum, parameter property, default export, barrel or bare specifier', () => {
    expect(findAll(typeScript, bannedSyntax)).toEqual([]);
  });

  test.each([
    'const a: any = 1;',
    'enum A { B }',
    'class A { constructor(private b: string) {} }',
    'export default 1;',
    "export * from './other.ts';",
    "import { a } from './other';",
  ])('refuses %s', (text) => {
    expect(bannedSyntax({ path: 'x.ts', text })).toHaveLength(1);
  });

  test('nothing depends on the locale', () => {
    const shipped = typeScript.filter(({ path }) => !path.startsWith('test/tidy/'));
    expect(findAll(shipped, localeDependence)).toEqual([]);
    const text = 'names.sort((a, b) => a.localeCompare(b));';
    expect(localeDependence({ path: 'x.ts', text })).toHaveLength(1);
  });

  test('no folder is made in a way that never returns', () => {
    const services = typeScript.filter(({ path }) => path.startsWith('services/'));
    expect(findAll(services, recursiveMkdir)).toEqual([]);
    const text = 'await mkdir(dirname(file), { recursive: true });';
    expect(recursiveMkdir({ path: 'x.ts', text })).toHaveLength(1);
  });

  test('nothing is unfinished or switched off', () => {
    const shipped = code.filter(({ path }) => !path.startsWith('test/tidy/'));
    expect(findAll(shipped, unfinished)).toEqual([]);
    expect(unfinished({ path: 'x.ts', text: "test.only('x', () => {});" })).toHaveLength(1);
    expect(unfinished({ path: 'x.ts', text: `// ${'TO'}${'DO'}: later` })).toHaveLength(1);
  });
});
