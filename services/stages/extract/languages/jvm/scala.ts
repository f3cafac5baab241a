/**
 * Scala 2 and 3. Packages nest, imports stand anywhere and may be relative, and a package object
 * puts its members into the package.
 */
import {
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
} from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { definitionOf, docAbove } from '../../syntax/tree.ts';
import { qualify } from '../declared-names.ts';
import type { Language } from '../language.ts';
import { isAfterKeyword, type Occurrence, readOccurrences, sorted, usesOf } from '../names-used.ts';
import { isBuildFile } from './modules.ts';
import { openJvmResolver } from './resolve.ts';

export const scala: Language = {
  name: 'scala',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-scala', read },
  isManifest: isBuildFile,
  openResolver: openJvmResolver,
};

const lookedFor = [
  'identifier',
  'type_identifier',
  'import_declaration',
  'export_declaration',
  'package_clause',
  'type_parameters',
  'case_class_pattern',
  'tuple_pattern',
  'infix_pattern',
  'enumerator',
  'infix_expression',
];

function read(root: SyntaxNode, text: string): ReadFacts {
  const reading: Reading = { symbols: [], declared: new Set(), enclosing: [] };
  const scope = readClauses(root, reading);
  readBody(root, { scope, parent: null }, reading);
  const nodes = root.descendantsOfType(lookedFor);
  const imports = nodes.filter(({ type }) => /^(?:im|ex)port_declaration$/.test(type));
  return factsOf({
    symbols: reading.symbols,
    imports: [...reading.enclosing.map(enclosingFact), ...imports.flatMap(readImport)],
    scope,
    uses: readUses(root, nodes, text, reading.declared),
  });
}

interface Reading {
  readonly symbols: Definition[];
  /** Start offsets of names in declarations, which are no uses. */
  readonly declared: Set<number>;
  /** Packages and package objects, besides the scope, whose members the file sees. */
  readonly enclosing: string[];
}

/**
 * Returns the package of the file. After `package a.b` and `package c` the file sees the members of
 * `a.b` and `a.b.c`, but not those of `a`.
 */
function readClauses(root: SyntaxNode, { enclosing }: Reading): string {
  let scope = '';
  for (const node of root.namedChildren) {
    if (node.type !== 'package_clause' || node.childForFieldName('body') !== null) continue;
    if (scope !== '') enclosing.unshift(scope);
    scope = qualify(scope, packageName(node));
  }
  return scope;
}

function packageName(node: SyntaxNode): string {
  return (node.childForFieldName('name')?.text ?? '').replaceAll(/[\s`]/g, '');
}

function enclosingFact(specifier: string): ImportFact {
  return importFact({ specifier, style: 'enclosing', star: true });
}

const kinds: Readonly<Record<string, string>> = {
  class_definition: 'class',
  trait_definition: 'trait',
  object_definition: 'module',
  package_object: 'module',
  enum_definition: 'enum',
};

/** The package around a definition, and the type that holds the definition. */
interface Place {
  readonly scope: string;
  readonly parent: string | null;
}

function readBody(body: SyntaxNode, place: Place, into: Reading): void {
  const { namedChildren } = body;
  for (const [index, node] of namedChildren.entries()) {
    if (node.type === 'ERROR') readBody(node, place, into);
    else readDefinition(node, place, () => docAbove(namedChildren, index), into);
  }
}

function readDefinition(
  node: SyntaxNode,
  place: Place,
  doc: () => string | null,
  into: Reading,
): void {
  const { scope, parent } = place;
  const body = node.childForFieldName('body');
  const name = node.childForFieldName('name');
  const add = (kind: string, others: Partial<Parts> = {}) =>
    addDefinition({ node, name, kind, parent, doc: doc(), body, ...others }, into);
  const kind = kinds[node.type];
  if (node.type === 'package_clause') {
    if (body === null) return;
    add('module');
    const inner = qualify(scope, packageName(node));
    into.enclosing.unshift(inner);
    readBody(body, { scope: inner, parent: packageName(node) }, into);
  } else if (kind !== undefined) {
    if (isInvented(node, name)) return;
    add(kind);
    if (node.type === 'package_object') into.enclosing.unshift(qualify(scope, name?.text ?? ''));
    if (body !== null) readBody(body, { scope, parent: name?.text ?? null }, into);
  } else if (node.type === 'extension_definition') readBody(node, place, into);
  else if (/^function_(?:definition|declaration)$/.test(node.type)) {
    add(parent === null ? 'function' : 'method');
  } else if (/^va[lr]_(?:definition|declaration)$/.test(node.type)) {
    for (const each of namesOf(node.childForFieldName('pattern') ?? name)) {
      add(parent === null ? 'variable' : 'field', { name: each, body: null });
    }
  } else if (node.type === 'type_definition') add('type', { body: null });
  else if (node.type === 'given_definition') add(parent === null ? 'variable' : 'field');
  else if (node.type === 'enum_case_definitions') {
    for (const entry of node.namedChildren) {
      add('constant', { node: entry, name: entry.childForFieldName('name'), body: null });
    }
  }
}

/** Returns the names that a pattern binds: one, or those of a tuple. */
function namesOf(pattern: SyntaxNode | null): readonly SyntaxNode[] {
  if (pattern === null) return [];
  return pattern.type === 'identifier' ? [pattern] : pattern.descendantsOfType('identifier');
}

/**
 * Whether the grammar invented a definition: it cannot parse `extends A()(b) with C {` and takes
 * `C` for the name of a class.
 */
function isInvented(node: SyntaxNode, name: SyntaxNode | null): boolean {
  if (name === null || !node.hasError) return false;
  return !/\b(?:class|trait|object|enum)\s+$/.test(node.textTo(name.startIndex));
}

interface Parts {
  readonly node: SyntaxNode;
  readonly name: SyntaxNode | null;
  readonly kind: string;
  readonly parent: string | null;
  readonly doc: string | null;
  readonly body: SyntaxNode | null;
}

function addDefinition({ node, name, kind, parent, doc, body }: Parts, into: Reading): void {
  if (name === null) return;
  const text = name.text.replaceAll(/[\s`]/g, '');
  const modifiers = node.namedChildren.find(({ type }) => type === 'modifiers')?.text ?? '';
  const exported = !/\bprivate\b(?!\[)/.test(modifiers);
  into.symbols.push(definitionOf({ node, name: text, kind, parent, doc, exported, body }));
  into.declared.add(name.startIndex);
}

/** Returns one fact for each name and each wildcard of `a.{B, C => D, _}, e.F as G`. */
function readImport(node: SyntaxNode): ImportFact[] {
  const kind = node.type === 'export_declaration' ? 're-export' : 'import';
  const written = node.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ').replace(/^\w+/, '');
  // Commas outside of braces separate whole paths.
  const paths = written.split(/,(?![^{]*\})/);
  return paths.flatMap((path) => {
    const [, before = '', inside] = /^([^{]*?)\.?\s*(?:\{([\s\S]*)\})?\s*$/.exec(path.trim()) ?? [];
    const folder = inside === undefined ? '' : clean(before);
    const selectors = inside === undefined ? [before] : inside.split(',');
    return selectors
      .map((selector) => readSelector(folder, selector))
      .flatMap((fact) => (fact === null ? [] : [{ ...fact, kind } as const]));
  });
}

function clean(path: string): string {
  return path.replaceAll(/[\s`]/g, '');
}

function readSelector(folder: string, selector: string): ImportFact | null {
  const [, path = '', alias] = /^\s*(.*?)(?:(?:\s*=>\s*|\s+as\s+)(\S+))?\s*$/s.exec(selector) ?? [];
  const full = qualify(folder, clean(path.replace(/(^|\.)\s*given\b.*$/s, '$1given')));
  if (full === '') return null;
  const last = full.slice(full.lastIndexOf('.') + 1);
  if (/^(?:_|\*|given)$/.test(last)) {
    const specifier = full.slice(0, Math.max(0, full.lastIndexOf('.')));
    return specifier === '' ? null : importFact({ specifier, style: 'import', star: true });
  }
  const local = alias === undefined ? last : clean(alias);
  return importFact({ specifier: full, style: 'import', bindings: [{ name: last, local }] });
}

/** The roles of identifiers, by their start offsets. */
interface Marks {
  readonly identifiers: SyntaxNode[];
  /** Names that are bound here, not used. */
  readonly bound: Set<number>;
  readonly types: Set<number>;
  /** Infix operators: `a eq b` selects a member like `a.eq(b)`. */
  readonly operators: Set<number>;
}

function readMarks(nodes: readonly SyntaxNode[], text: string): Marks {
  const identifiers: SyntaxNode[] = [];
  const bound = new Set<number>();
  const types = new Set<number>();
  const operators = new Set<number>();
  // Where the latest import or package name, pattern and list of type parameters end.
  const ends = { skip: 0, pattern: 0, parameters: 0 };
  for (const node of nodes) {
    const { type, startIndex } = node;
    if (type === 'identifier' || type === 'type_identifier') {
      if (startIndex < ends.skip) continue;
      identifiers.push(node);
      if (type === 'type_identifier') types.add(startIndex);
      else if (startIndex < ends.parameters) bound.add(startIndex);
      else if (startIndex < ends.pattern && isLower(text, startIndex)) bound.add(startIndex);
    } else if (type === 'enumerator') bound.add(startIndex);
    else if (type === 'infix_expression') {
      operators.add(node.childForFieldName('operator')?.startIndex ?? -1);
    } else if (type === 'type_parameters') ends.parameters = node.endIndex;
    else if (type === 'package_clause') ends.skip = node.childForFieldName('name')?.endIndex ?? 0;
    else if (/port_declaration$/.test(type)) ends.skip = node.endIndex;
    else ends.pattern = Math.max(ends.pattern, node.endIndex);
  }
  return { identifiers, bound, types, operators };
}

/** `x:`, `x =>`, `x <-` and `x @` bind a name; `x ::` does not. */
const binding = /^(?::[^:]|:$|=>|<-|@)/;

function readUses(
  root: SyntaxNode,
  nodes: readonly SyntaxNode[],
  text: string,
  declared: ReadonlySet<number>,
): string[] {
  const { identifiers, bound, types, operators } = readMarks(nodes, text);
  const all = readOccurrences(root, text, identifiers)
    .filter((occurrence) => !declared.has(occurrence.start) && !isArgumentName(occurrence))
    .map((each) => (operators.has(each.start) ? { ...each, isSelected: true } : each));
  const isBinding = ({ start, after, isSelected }: Occurrence) => {
    if (isSelected) return false;
    if (bound.has(start)) return true;
    if (!types.has(start) && isLower(text, start) && binding.test(after)) return true;
    return isAfterKeyword(text, start, /\b(?:val|var|def|given|type)\s+$/);
  };
  return sorted(usesOf(all, isBinding));
}

function isLower(text: string, at: number): boolean {
  return /[\p{Ll}_]/u.test(text[at] ?? '');
}

/** Whether a name labels an argument: `name` in `f(name = 1)`. */
function isArgumentName({ before, after, isSelected }: Occurrence): boolean {
  return !isSelected && /^=[^=>]|^=$/.test(after) && (before === '(' || before === ',');
}
