/** Syntax trees for the tidy rules, so that they judge code and not text that looks like it. */
import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { SourceFile } from './source-files.ts';

export interface SyntaxNode {
  readonly type: string;
  /** Offsets in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface ImportedModule {
  readonly specifier: string;
  /** What is imported by name; `''` for all of it. */
  readonly names: readonly string[];
  /** True for `import type` and for imports of types only. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Trees of files that several rules of one test look at. */
const trees = new WeakMap<SourceFile, SyntaxNode>();

function parse(file: SourceFile): SyntaxNode {
  const known = trees.get(file);
  if (known !== undefined) return known;
  const result = parseSync(file.path, file.text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${file.path}: ${error.message}`);
  const tree = result.program as unknown as SyntaxNode;
  trees.set(file, tree);
  return tree;
}

/** Every node with its ancestors, outermost first. */
export function* walk(
  file: SourceFile,
): Generator<{ node: SyntaxNode; ancestors: readonly SyntaxNode[] }> {
  yield* visit(parse(file), []);
}

function* visit(
  node: SyntaxNode,
  ancestors: readonly SyntaxNode[],
): Generator<{ node: SyntaxNode; ancestors: readonly SyntaxNode[] }> {
  yield { node, ancestors };
  const inner = [...ancestors, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* visit(child, inner);
    }
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return value !== null && typeof value === 'object' && typeof Object(value).type === 'string';
}

export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length;
}

/** Lines that a node covers. */
export function linesOf(file: SourceFile, node: SyntaxNode): number {
  return lineOf(file, node.end) - lineOf(file, node.start) + 1;
}

const imports = new WeakMap<SourceFile, readonly ImportedModule[]>();

/** Static, re-exporting and dynamic imports with a literal specifier. */
export function importsOf(file: SourceFile): readonly ImportedModule[] {
  const known = imports.get(file) ?? findImports(file);
  imports.set(file, known);
  return known;
}

function findImports(file: SourceFile): ImportedModule[] {
  const found: ImportedModule[] = [];
  for (const { node } of walk(file)) {
    if (!/^(ImportDeclaration|ImportExpression|Export\w+Declaration)$/.test(node.type)) continue;
    const source = node.source as SyntaxNode | null | undefined;
    if (source?.type !== 'Literal' || typeof source.value !== 'string') continue;
    const specifiers = (node.specifiers ?? []) as readonly SyntaxNode[];
    const typeOnly =
      node.importKind === 'type' ||
      node.exportKind === 'type' ||
      (specifiers.length > 0 && specifiers.every((each) => each.importKind === 'type'));
    const names = specifiers.map((each) => nameOf(each.imported as SyntaxNode | undefined));
    found.push({ specifier: source.value, names, typeOnly, line: lineOf(file, node.start) });
  }
  return found;
}

/** Repository path that a relative specifier names. */
export function resolveImport(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}

export function nameOf(node: SyntaxNode | undefined): string {
  if (node?.type === 'Identifier') return String(node.name);
  if (node?.type === 'MemberExpression') {
    return `${nameOf(node.object as SyntaxNode)}.${nameOf(node.property as SyntaxNode)}`;
  }
  return '';
}
