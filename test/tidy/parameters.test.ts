/**
 * At most five parameters: what takes more takes an object. An object that is taken apart counts
 * as one; `this`, `self` and what Python takes by keyword only do not count.
 */
import { describe, expect, test } from 'vitest';
import {
  findAll,
  isPython,
  isTypeScript,
  readFiles,
  type SourceFile,
} from './rules/source-files.ts';
import { lineOf, nameOf, type SyntaxNode, walk } from './rules/syntax.ts';

const parametersMax = 5;

/** Functions with and without a body, their types, and methods of interfaces. */
const taking = /Function|^TS(?:Method|Call|Construct)Signature/;

function manyParameters(file: SourceFile): string[] {
  const found: string[] = [];
  for (const { node } of walk(file)) {
    if (!taking.test(node.type) || !Array.isArray(node.params)) continue;
    const parameters = (node.params as readonly SyntaxNode[]).filter(
      (parameter) => nameOf(parameter) !== 'this',
    );
    if (parameters.length <= parametersMax) continue;
    found.push(`line ${lineOf(file, node.start)}: ${parameters.length} parameters`);
  }
  return found;
}

/** The text between the parentheses that open at an offset. */
function parenthesized(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (/[([{]/.test(text[at] ?? '')) depth += 1;
    if (/[)\]}]/.test(text[at] ?? '')) depth -= 1;
    if (depth === 0) return text.slice(open + 1, at);
  }
  return text.slice(open + 1);
}

/** Parameters of a Python signature up to those by keyword only, as the names they begin with. */
function positional(signature: string): string[] {
  let list = signature;
  for (let flat = ''; flat !== list; ) {
    flat = list;
    list = flat.replaceAll(/\[[^[\](){}]*\]|\([^[\](){}]*\)|\{[^[\](){}]*\}/g, '');
  }
  const names = list.split(',').map((parameter) => parameter.trim().replace(/[^\w*/].*/s, ''));
  const keywordOnly = names.findIndex((name) => name.startsWith('*'));
  const before = keywordOnly === -1 ? names : names.slice(0, keywordOnly);
  return before.filter((name) => !['', '/', 'self', 'cls'].includes(name));
}

function manyPythonParameters({ path, text }: SourceFile): string[] {
  return [...text.matchAll(/^[ \t]*(?:async )?def \w+(?=\()/gm)].flatMap((match) => {
    const open = match.index + match[0].length;
    const count = positional(parenthesized(text, open)).length;
    const line = lineOf({ path, text }, open);
    return count > parametersMax ? [`line ${line}: ${count} parameters`] : [];
  });
}

describe('at most five parameters', () => {
  test('in TypeScript', () => {
    const files = readFiles(isTypeScript);
    expect(findAll(files, manyParameters)).toEqual([]);
  });

  test.each([
    'function f(a, b, c, d, e, g) {}',
    'function f(a, b, c, { d }, e = 1, ...g) {}',
    'const f = (a, b, c, d, e, g) => 1;',
    'const o = { f: async function* (a, b, c, d, e, g) {} };',
    'const o = { f(a, b, c, d, e, g) {} };',
    'class A { constructor(a, b, c, d, e, g) {} }',
    'class A { static #f(a, b, c, d, e, g) {} }',
    'interface A { f(a, b, c, d, e, g): void }',
    'interface A { (a, b, c, d, e, g): void }',
    'type F = (a, b, c, d, e, g) => void;',
    'declare function f(a, b, c, d, e, g): void;',
  ])('refuses %s', (text) => {
    expect(manyParameters({ path: 'x.ts', text })).toEqual(['line 1: 6 parameters']);
  });

  test.each([
    'function f(a, b, c, d, e) {}',
    'function f(this: A, a, b, c, d, e) {}',
    'function f({ a, b, c, d, e, g, h }, i) {}',
    'f(a, b, c, d, e, g);',
    'const f = (a, b, c) => (d, e, g) => 1;',
    'type F<A, B, C, D, E, G> = (a: A) => B;',
  ])('accepts %s', (text) => {
    expect(manyParameters({ path: 'x.ts', text })).toEqual([]);
  });

  test('in Python', () => {
    expect(findAll(readFiles(isPython), manyPythonParameters)).toEqual([]);
  });

  test.each([
    'def f(a, b, c, d, e, g):',
    '    async def f(self, a, b, c, d, e, g):',
    'def f(\n    a: int,\n    b: dict[str, int] = {},\n    c=(1, 2),\n    d=1,\n    e=2,\n    g=3,\n):',
    'def f(a, b, c, /, d, e, g, *, h):',
  ])('refuses %s', (text) => {
    expect(manyPythonParameters({ path: 'x.py', text })).toEqual(['line 1: 6 parameters']);
  });

  test.each([
    'def f(self, a, b, c, d, e):',
    'def f(a, *, b, c, d, e, g, h):',
    'def f(a, *rest, b, c, d, e, g, **more):',
    'def f(a: tuple[int, int, int, int], b: Callable[[int, int], int] = g(1, 2)) -> None:',
    'f(a, b, c, d, e, g)',
  ])('accepts %s', (text) => {
    expect(manyPythonParameters({ path: 'x.py', text })).toEqual([]);
  });
});
