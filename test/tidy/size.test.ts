/** Size: a function fits a screen (70 lines), a file a sitting (400), a line 100 columns. */
import { describe, expect, test } from 'vitest';
import {
  findAll,
  isMarkdown,
  isPython,
  isTypeScript,
  readFiles,
  type SourceFile,
} from './rules/source-files.ts';
import { lineOf, linesOf, nameOf, type SyntaxNode, walk } from './rules/syntax.ts';

const functionLinesMax = 70;
const factoryLinesMax = 150;
const fileLinesMax = 400;
const columnsMax = 100;
/** Prose wraps by hand; tables and diagrams cannot. */
const markdownColumnsMax = 130;

function longFile({ text }: SourceFile): string[] {
  const lines = text.split('\n').length - 1;
  return lines > fileLinesMax ? [`${lines} lines, at most ${fileLinesMax}`] : [];
}

/** What a function is passed to or called by, e.g. `describe`. */
function calleeName(node: SyntaxNode | undefined): string {
  return node?.type === 'CallExpression' ? nameOf(node.callee as SyntaxNode) : '';
}

/** Functions that group tests, as a file groups functions: nobody reads them as one. */
function isTestGroup(file: SourceFile, node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (/^describe/.test(calleeName(parent))) return true;
  const statements = ((node.body as SyntaxNode).body ?? []) as readonly SyntaxNode[];
  const calls = (Array.isArray(statements) ? statements : []).map((statement) =>
    calleeName(statement.expression as SyntaxNode | undefined),
  );
  return file.path.startsWith('test/') && calls.some((name) => /^(describe|test)/.test(name));
}

const isFunction = (node: SyntaxNode) =>
  /^(Function(Declaration|Expression)|ArrowFunctionExpression)$/.test(node.type);

/** A function with a name of its own: a declaration, a constant, or a method. */
function isNamed(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (node.type === 'FunctionDeclaration') return true;
  return /^(VariableDeclarator|Property|MethodDefinition)$/.test(parent?.type ?? '');
}

/**
 * A function counts without the named functions inside it, which count by themselves: a factory
 * that closes over state reads like a class. All of it together has a bound too.
 */
function longFunctions(file: SourceFile): string[] {
  const own = new Map<SyntaxNode, number>();
  const found: string[] = [];
  const report = (node: SyntaxNode, lines: number) =>
    found.push(`line ${lineOf(file, node.start)}: function of ${lines} lines`);
  for (const { node, ancestors } of walk(file)) {
    const parent = ancestors.at(-1);
    if (!isFunction(node) || isTestGroup(file, node, parent)) continue;
    const lines = linesOf(file, node);
    own.set(node, (own.get(node) ?? 0) + lines);
    const outer = ancestors.filter(isFunction).at(-1);
    if (outer !== undefined && isNamed(node, parent)) {
      own.set(outer, (own.get(outer) ?? 0) - lines);
    }
    if (lines > factoryLinesMax) report(node, lines);
  }
  for (const [node, lines] of own) if (lines > functionLinesMax) report(node, lines);
  return found;
}

/** A Python function ends before the next line that is indented no deeper than its `def`. */
function longPythonFunctions({ text }: SourceFile): string[] {
  const found: string[] = [];
  const lines = text.split('\n');
  lines.forEach((line, start) => {
    const indent = /^( *)(?:async )?def /.exec(line)?.[1]?.length;
    if (indent === undefined) return;
    let end = start;
    for (let row = start + 1; row < lines.length; row += 1) {
      const content = lines[row] ?? '';
      if (content.trim() === '') continue;
      if (content.search(/\S/) <= indent && !/^\s*\)/.test(content)) break;
      end = row;
    }
    if (end - start + 1 > functionLinesMax) {
      found.push(`line ${start + 1}: function of ${end - start + 1} lines`);
    }
  });
  return found;
}

/**
 * Text that the formatter cannot break: strings, templates, imports' specifiers. A regular
 * expression counts: one that is longer than a line is made of parts that have a name.
 */
function withoutLiterals(file: SourceFile): string {
  let text = file.text;
  for (const { node } of walk(file)) {
    if (node.type !== 'Literal' && node.type !== 'TemplateLiteral') continue;
    if (node.regex !== undefined) continue;
    const original = file.text.slice(node.start, node.end);
    const blank = original.replaceAll(/[^\n]/g, '\u0000');
    text = text.slice(0, node.start) + blank + text.slice(node.end);
  }
  return text.replaceAll('\u0000', '');
}

function longLines(file: SourceFile, columns = columnsMax): string[] {
  const text = isTypeScript(file.path) ? withoutLiterals(file) : file.text;
  return text.split('\n').flatMap((line, index) => {
    const exempt = line.includes('biome-ignore') || /^\s*(\/\/|\*|#)?\s*https?:\S+$/.test(line);
    const length = [...line].length;
    return length <= columns || exempt ? [] : [`line ${index + 1} has ${length} columns`];
  });
}

function longMarkdownLines({ path, text }: SourceFile): string[] {
  const prose = text
    .replaceAll(/^```[\s\S]*?^```$/gm, (block) => block.replaceAll(/[^\n]+/g, ''))
    .replaceAll(/^[ \t]*\|.*$/gm, '');
  return longLines({ path, text: prose }, markdownColumnsMax);
}

describe('size', () => {
  const code = readFiles((path) => isTypeScript(path) || isPython(path));

  test('files', () => {
    expect(findAll(code, longFile)).toEqual([]);
    expect(longFile({ path: 'x.ts', text: '\n'.repeat(401) })).toHaveLength(1);
    expect(longFile({ path: 'x.ts', text: '\n'.repeat(400) })).toEqual([]);
  });

  test('functions', () => {
    expect(findAll(readFiles(isTypeScript), longFunctions)).toEqual([]);
    const body = (lines: number) => 'f();\n'.repeat(lines - 2);
    for (const head of ['function f() {', 'const f = () => {', 'class A { f() {']) {
      const close = head.startsWith('class') ? '} }' : '}';
      const sized = (lines: number) => `${head}\n${body(lines)}${close}`;
      expect(longFunctions({ path: 'x.ts', text: sized(71) })).toHaveLength(1);
      expect(longFunctions({ path: 'x.ts', text: sized(70) })).toEqual([]);
    }
    const inner = `const inner = () => {\n${body(40)}};`;
    const factory = `function f() {\n${inner}\n${inner}\n${body(40)}}`;
    expect(longFunctions({ path: 'x.ts', text: factory })).toEqual([]);
    const vast = `function f() {\n${`${inner}\n`.repeat(4)}}`;
    expect(longFunctions({ path: 'x.ts', text: vast })).toHaveLength(1);
    const grouped = `describe('x', () => {\n${body(200)}});`;
    expect(longFunctions({ path: 'x.test.ts', text: grouped })).toEqual([]);
  });

  test('functions in Python', () => {
    expect(findAll(readFiles(isPython), longPythonFunctions)).toEqual([]);
    const sized = (lines: number) => `def f():\n${'    g()\n'.repeat(lines - 1)}\nx = 1\n`;
    expect(longPythonFunctions({ path: 'x.py', text: sized(71) })).toHaveLength(1);
    expect(longPythonFunctions({ path: 'x.py', text: sized(70) })).toEqual([]);
  });

  test('lines', () => {
    expect(findAll(code, longLines)).toEqual([]);
    const comment = `// ${'x'.repeat(98)}`;
    expect(longLines({ path: 'x.ts', text: comment })).toHaveLength(1);
    const message = `const message = '${'x'.repeat(98)}';`;
    expect(longLines({ path: 'x.ts', text: message })).toEqual([]);
    const template = `const message = \`${'x'.repeat(98)}\`;`;
    expect(longLines({ path: 'x.ts', text: template })).toEqual([]);
    const expression = `const pattern = /${'x'.repeat(98)}/;`;
    expect(longLines({ path: 'x.ts', text: expression })).toHaveLength(1);
    expect(longLines({ path: 'x.py', text: 'x'.repeat(101) })).toHaveLength(1);
  });

  test('lines of prose', () => {
    expect(findAll(readFiles(isMarkdown), longMarkdownLines)).toEqual([]);
    const prose = 'x '.repeat(66);
    expect(longMarkdownLines({ path: 'x.md', text: prose })).toHaveLength(1);
    expect(longMarkdownLines({ path: 'x.md', text: `| ${prose} |` })).toEqual([]);
    expect(longMarkdownLines({ path: 'x.md', text: `\`\`\`\n${prose}\n\`\`\`` })).toEqual([]);
  });
});
