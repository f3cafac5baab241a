/** Reads C and C++: includes, used words, and definitions at the top, in namespaces, in types. */
import {
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
} from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { definitionOf, docAbove } from '../../syntax/tree.ts';
import { blank, eachWord, lastBefore } from '../../syntax/words.ts';

export function readCFamily(root: SyntaxNode, text: string): ReadFacts {
  const symbols: Definition[] = [];
  readBlock(root, { parent: null, inType: false, into: symbols });
  const uses = [...usedWords(text)].sort();
  return factsOf({ symbols, imports: readIncludes(root, text), uses });
}

/**
 * Blanks macros that stand alone on a line (`FMT_BEGIN_NAMESPACE`). Only the preprocessor knows
 * the text of such a macro, and the parser misreads all code after it.
 */
export function blankMacroLines(text: string): string {
  return text.replaceAll(/^[ \t]*[A-Z][A-Z0-9_]{3,}(?:\([^()\n]*\))?[ \t]*$/gm, (line) =>
    ' '.repeat(line.length),
  );
}

/** Nodes that only group declarations. */
const transparent = new Set([
  'preproc_if',
  'preproc_ifdef',
  'preproc_else',
  'preproc_elif',
  'preproc_elifdef',
  'linkage_specification',
  'declaration_list',
  'template_declaration',
]);
const typeKinds: Readonly<Record<string, string>> = {
  struct_specifier: 'struct',
  union_specifier: 'struct',
  class_specifier: 'class',
  enum_specifier: 'enum',
};

const declaring = new Set([
  ...Object.keys(typeKinds),
  'preproc_def',
  'preproc_function_def',
  'type_definition',
  'alias_declaration',
  'function_definition',
  'declaration',
  'field_declaration',
]);

/** The surroundings of a declaration. */
interface Place {
  readonly parent: string | null;
  readonly inType: boolean;
  readonly into: Definition[];
}

interface Declaration extends Place {
  readonly node: SyntaxNode;
  readonly doc: string | null;
}

function readBlock(block: SyntaxNode, place: Place): void {
  const siblings = block.namedChildren;
  // The comment on a templated declaration stands above the keyword `template`.
  const outer = block.type === 'template_declaration' ? (block.parent?.namedChildren ?? []) : null;
  const outerIndex = outer?.findIndex((node) => node.id === block.id) ?? -1;
  for (const [index, node] of siblings.entries()) {
    if (transparent.has(node.type)) readBlock(node, place);
    else if (node.type === 'namespace_definition') readNamespace(node, place.into);
    else if (declaring.has(node.type)) {
      const doc = outer === null ? docAbove(siblings, index) : docAbove(outer, outerIndex);
      readDeclaration({ ...place, node, doc });
    }
  }
}

/** Reads a namespace; its names get the kinds of names at the top, as other files reach them. */
function readNamespace(node: SyntaxNode, into: Definition[]): void {
  const body = node.childForFieldName('body');
  const parent = node.childForFieldName('name')?.text ?? null;
  if (body !== null) readBlock(body, { parent, inType: false, into });
}

function readDeclaration(declaration: Declaration): void {
  const { node, parent, into } = declaration;
  if (node.type === 'preproc_def' || node.type === 'preproc_function_def') {
    readMacro(declaration);
  } else if (node.type === 'type_definition') {
    const type = node.childForFieldName('type');
    readInnerType(declaration, type);
    for (const declarator of declaratorsOf(node, type)) {
      const name = declaredName(declarator)?.name;
      if (name === undefined || into.some((s) => s.name === name && s.parent === parent)) continue;
      add(declaration, { name, kind: 'type', body: bodyOf(type) });
    }
  } else if (node.type === 'alias_declaration') {
    const name = node.childForFieldName('name')?.text ?? '';
    add(declaration, { name, kind: 'type', body: null });
  } else if (node.type in typeKinds) readType(declaration, node);
  else {
    const type = node.childForFieldName('type');
    readInnerType(declaration, type);
    readDeclarators(declaration, type);
  }
}

/** Adds a macro, unless it is a constant without a value, such as an include guard. */
function readMacro(declaration: Declaration): void {
  const { node } = declaration;
  const name = node.childForFieldName('name')?.text ?? '';
  const value = node.childForFieldName('value');
  const isConstant = node.type === 'preproc_def';
  if (value === null && isConstant) return;
  // A constant's value is part of its signature; the value of a function-like macro is its body.
  add(declaration, { name, kind: 'macro', parent: null, body: isConstant ? null : value });
}

function readInnerType(declaration: Declaration, type: SyntaxNode | null): void {
  if (type !== null && type.type in typeKinds) readType(declaration, type);
}

function readType({ node, parent, doc, into }: Declaration, type: SyntaxNode): void {
  const body = type.childForFieldName('body');
  const named = typeName(type);
  // A specifier without a body only mentions the type.
  if (body === null || named === null) return;
  const { name, scope = parent } = named;
  const kind = typeKinds[type.type] ?? 'type';
  const symbol = definitionOf({ node: type, name, kind, parent: scope, doc, exported: true, body });
  into.push({ ...symbol, startLine: node.startPosition.row + 1 });
  if (type.type !== 'enum_specifier') readBlock(body, { parent: name, inType: true, into });
}

/** Returns the name `Foo` and the scope `ns` of `struct ns::Foo<int>`. */
function typeName(type: SyntaxNode): { name: string; scope?: string } | null {
  let node = type.childForFieldName('name');
  let scope: string | undefined;
  while (node?.type === 'template_type' || node?.type === 'qualified_identifier') {
    if (node.type === 'qualified_identifier') {
      scope = node.childForFieldName('scope')?.text.replace(/<.*/s, '') ?? scope;
    }
    node = node.childForFieldName('name');
  }
  if (node === null) return null;
  return scope === undefined ? { name: node.text } : { name: node.text, scope };
}

function readDeclarators(declaration: Declaration, type: SyntaxNode | null): void {
  const { node, inType } = declaration;
  for (const child of declaratorsOf(node, type)) {
    const declared = declaredName(child);
    if (declared === null) continue;
    const kind = kindOf(node, declared, inType || declared.scope !== null);
    const parent = declared.scope ?? declaration.parent;
    const body = node.childForFieldName('body') ?? bodyOf(type);
    add(declaration, { name: declared.name, kind, parent, body });
  }
}

function kindOf(node: SyntaxNode, { isFunction }: Declared, isMember: boolean): string {
  if (isFunction) return isMember ? 'method' : 'function';
  if (isMember) return 'field';
  // Declarations that begin with `const` or `constexpr` are shown as constants.
  return /^(?:static\s+|inline\s+)*const/.test(headOf(node)) ? 'constant' : 'variable';
}

/** Returns the first 200 characters of a declaration, where its specifiers stand. */
function headOf(node: SyntaxNode): string {
  return node.textTo(node.startIndex + 200);
}

function declaratorsOf(node: SyntaxNode, type: SyntaxNode | null): SyntaxNode[] {
  return node.namedChildren.filter(
    (child) =>
      /declarator$|^(?:identifier|type_identifier|field_identifier)$/.test(child.type) &&
      child.id !== type?.id,
  );
}

interface Declared {
  readonly name: string;
  /** The scope before the name: `Foo` in `Foo::bar`. */
  readonly scope: string | null;
  readonly isFunction: boolean;
}

/** Returns the declared name: follows `*`, `[]`, `()` and `=` down to it. */
function declaredName(declarator: SyntaxNode): Declared | null {
  let node: SyntaxNode | null = declarator;
  let isFunction = false;
  let scope: string | null = null;
  while (node !== null) {
    if (node.type === 'qualified_identifier') {
      scope = node.childForFieldName('scope')?.text.replace(/<.*/s, '') ?? scope;
      node = node.childForFieldName('name');
      continue;
    }
    if (/identifier$|^(?:destructor_name|operator_name)$/.test(node.type)) {
      return { name: node.text, scope, isFunction };
    }
    const inner: SyntaxNode | null =
      node.childForFieldName('declarator') ?? node.namedChildren[0] ?? null;
    // `int (*f)(void)` declares a variable.
    if (node.type === 'function_declarator') {
      isFunction = inner?.type !== 'parenthesized_declarator';
    }
    node = inner;
  }
  return null;
}

function bodyOf(type: SyntaxNode | null): SyntaxNode | null {
  return type !== null && type.type in typeKinds ? type.childForFieldName('body') : null;
}

interface Part {
  readonly name: string;
  readonly kind: string;
  /** The parent of the definition if it differs from the enclosing one. */
  readonly parent?: string | null;
  readonly body: SyntaxNode | null;
}

function add({ node, doc, into, ...place }: Declaration, part: Part): void {
  const { name, kind, body, parent = place.parent } = part;
  if (name === '') return;
  const exported = kind === 'macro' || !/^(?:[A-Z_]+\s+)?static\b/.test(headOf(node));
  into.push(definitionOf({ node, name, kind, parent, doc, exported, body }));
}

const silent = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/**
 * Returns the words of the code outside comments and literals, except names of members. Reads the
 * text instead of the tree: that takes a tenth of the time and covers the bodies of macros.
 */
function usedWords(text: string): Set<string> {
  const words = new Set<string>();
  const code = blank(text, silent);
  eachWord(code, (word, start) => {
    if (words.has(word)) return;
    const at = lastBefore(code, start);
    const isMember = code[at] === '.' || (code[at] === '>' && code[at - 1] === '-');
    if (!isMember) words.add(word);
  });
  return words;
}

/** Returns the includes; finds their lines in the text, because walking the tree costs more. */
function readIncludes(root: SyntaxNode, text: string): ImportFact[] {
  const macros = readNamed(text);
  return [...text.matchAll(/(?<=^[ \t]*)#[ \t]*include/gm)].flatMap(({ 0: directive, index }) => {
    const node = root.descendantForIndex(index, index + directive.length + 1);
    const path = node.type === 'preproc_include' ? node.childForFieldName('path') : null;
    // A macro that this file defines as a string may name the file; Windows takes `\\` for `/`.
    const isMacro = path?.type === 'identifier';
    const named = (isMacro ? macros.get(path.text) : path?.text) ?? '';
    const specifier = named.slice(1, -1).replaceAll('\\', '/');
    const isRead = isMacro || /^(?:string|system_lib)/.test(path?.type ?? '');
    if (!isRead || specifier === '') return [];
    const style = named.startsWith('"') ? 'quoted' : 'angle';
    return [importFact({ specifier, style, kind: 'include', star: true })];
  });
}

/** Names of files that the text defines as macros: `#define HEADER "a.h"`. */
function readNamed(text: string): ReadonlyMap<string, string> {
  if (!/^[ \t]*#[ \t]*include[ \t]+\w/m.test(text)) return new Map();
  const defined = /^[ \t]*#[ \t]*define[ \t]+(\w{1,100})[ \t]+("[^"\r\n]+"|<[^>\r\n]+>)/gm;
  return new Map([...text.matchAll(defined)].map(([, name = '', file = '']) => [name, file]));
}
