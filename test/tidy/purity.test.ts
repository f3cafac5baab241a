/**
 * A module of a stage or a port is pure unless this file names it: no I/O, no clock, no randomness,
 * no environment, neither in itself nor in what it imports. So the same input gives the same bytes
 * (I6).
 */
import { describe, expect, test } from 'vitest';
import { isTypeScript, readFiles, type SourceFile } from './rules/source-files.ts';
import {
  type ImportedModule,
  importsOf,
  lineOf,
  nameOf,
  resolveImport,
  type SyntaxNode,
  walk,
} from './rules/syntax.ts';

const files = readFiles((path) => isTypeScript(path) && !path.startsWith('test/'));
const byPath = new Map(files.map((file) => [file.path, file]));

/** Built-in modules that compute and nothing else. */
const pureModules = new Set([
  'node:assert',
  'node:buffer',
  'node:crypto',
  'node:path',
  'node:util',
]);
/** What computes and nothing else, of built-in modules that also reach outside. */
const pureImports: Readonly<Record<string, readonly string[]>> = {
  'node:net': ['BlockList', 'isIPv6'],
};
const impureNames = new Set([
  'Date.now',
  'Math.random',
  'crypto.randomUUID',
  'performance.now',
  'performance.timeOrigin',
]);
const impureGlobals = new Set([
  'process',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
]);
const impureImports = new Set(['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues']);

function impurities(file: SourceFile): string[] {
  const found: string[] = [];
  const report = (node: SyntaxNode, what: string) =>
    found.push(`line ${lineOf(file, node.start)} uses ${what}`);
  for (const imported of importsOf(file)) {
    if (!imported.typeOnly && !isPureImport(imported)) {
      found.push(`line ${imported.line} imports ${imported.specifier}`);
    }
  }
  for (const { node, ancestors } of walk(file)) {
    const parent = ancestors.at(-1);
    const name = nameOf(node);
    if (node.type === 'MemberExpression' && impureNames.has(name)) report(node, name);
    if (node.type === 'Identifier' && impureGlobals.has(name) && isReference(node, parent)) {
      report(node, name);
    }
    if (node.type === 'ImportSpecifier' && impureImports.has(nameOf(node.imported as SyntaxNode))) {
      report(node, nameOf(node.imported as SyntaxNode));
    }
    if (node.type === 'NewExpression' && nameOf(node.callee as SyntaxNode) === 'Date') {
      if ((node.arguments as unknown[]).length === 0) report(node, 'new Date()');
    }
  }
  return found;
}

function isPureImport({ specifier, names }: ImportedModule): boolean {
  if (!specifier.startsWith('node:') || pureModules.has(specifier)) return true;
  const pure = pureImports[specifier] ?? [];
  return names.length > 0 && names.every((name) => pure.includes(name));
}

/** False for property names, keys and declarations that merely share the name. */
function isReference(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined) return true;
  if (parent.type === 'MemberExpression') return parent.object === node;
  if (parent.type === 'CallExpression') return true;
  return !/Property|Parameter|Specifier|Declarator|Function|TS|MethodDefinition/.test(parent.type);
}

/** A question about a file, answered once: many modules load the same ones. */
function remember<Answer>(answer: (file: SourceFile) => Answer): (file: SourceFile) => Answer {
  const known = new Map<string, Answer>();
  return (file) => {
    const earlier = known.get(file.path);
    if (earlier !== undefined) return earlier;
    const found = answer(file);
    known.set(file.path, found);
    return found;
  };
}

const impuritiesOf = remember(impurities);
const loadsOf = remember((file) =>
  importsOf(file)
    .filter(({ specifier, typeOnly }) => !typeOnly && specifier.startsWith('.'))
    .map(({ specifier }) => resolveImport(file.path, specifier)),
);

/** The file and everything it loads from this repository; types load nothing. */
function loadedBy(path: string, seen = new Set<string>()): Set<string> {
  const file = byPath.get(path);
  if (file === undefined || seen.has(path)) return seen;
  seen.add(path);
  for (const target of loadsOf(file)) loadedBy(target, seen);
  return seen;
}

/** What reaches outside, by stage: wiring, files and archives, parser processes, threads. */
const impureModules: Readonly<Record<string, readonly string[]>> = {
  discover: [
    'archive-facts',
    'checkout',
    'folder',
    'gh-archive/hour-files',
    'git',
    'hosted/tasks',
    'ignore-rules',
    'pack-source',
    'read-items',
    'sources',
    'stage',
    'tracked',
    'walk',
  ],
  admit: [
    'admit-archive',
    'archive/unpack',
    'near-duplicates/earlier',
    'stage',
    'known-facts',
    'decontamination/benchmarks',
  ],
  extract: [
    'extractor',
    'parse/fact-cache',
    'parse/parse-file',
    'parse/parser-child',
    'parse/parser-pool',
    'parse/parser-process',
    'parse/reader-version',
    'read-files',
    'stage',
    'syntax/fast-tree',
    'turns/collect',
    'turns/turns',
  ],
  sink: [
    'stage',
    'tokens/text-encoder',
    'tokens/tokenizer',
    'tokens/tokenizer-thread',
    'tokens/tokenizer-threads',
  ],
};

const impurePaths = Object.entries(impureModules).flatMap(([stage, names]) =>
  names.map((name) => `services/stages/${stage}/${name}.ts`),
);
const modules = files
  .map(({ path }) => path)
  .filter((path) => /^services\/(stages|ports|redaction)\//.test(path));
const pureModulePaths = modules.filter((path) => !impurePaths.includes(path));

/** Impurities of a module and of all that it loads. */
function impuritiesBelow(path: string): string[] {
  return [...loadedBy(path)].flatMap((each) => {
    const file = byPath.get(each);
    return file === undefined ? [] : impuritiesOf(file).map((problem) => `${each}: ${problem}`);
  });
}

describe('modules of stages are pure', () => {
  test.each(pureModulePaths)('%s and what it loads', (path) => {
    expect(impuritiesBelow(path)).toEqual([]);
  });

  test.each(impurePaths)('%s is there, and has to be listed', (path) => {
    expect(impuritiesBelow(path)).not.toEqual([]);
  });

  test.each([
    ["import { readFileSync } from 'node:fs';"],
    ["import { setTimeout } from 'node:timers/promises';"],
    ["import { BlockList, connect } from 'node:net';"],
    ["import * as net from 'node:net';"],
    ["import { randomUUID } from 'node:crypto';"],
    ["const fs = await import('node:fs/promises');"],
    ['const now = Date.now();'],
    ['const now = new Date();'],
    ['const dice = Math.random();'],
    ['const home = process.env.HOME;'],
    ["const page = await fetch('https://example.org');"],
    ['setTimeout(() => {}, 1);'],
    ['console.log(1);'],
  ])('refuses %s', (text) => {
    expect(impurities({ path: 'pure.ts', text })).not.toEqual([]);
  });

  test.each([
    ["import { createHash } from 'node:crypto';"],
    ["import { BlockList } from 'node:net';"],
    ["import type { Stats } from 'node:fs';"],
    ['const date = new Date(0);'],
    ['const value = { process: 1 }.process;'],
    ['function process(fetch: string) { return 1; }'],
  ])('allows %s', (text) => {
    expect(impurities({ path: 'pure.ts', text })).toEqual([]);
  });
});
