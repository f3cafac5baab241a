/** C#: namespaces and types, members, `using` in all its forms, and the names that files use. */
import {
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
} from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { type DefinitionParts, definitionOf, docAbove } from '../../syntax/tree.ts';
import { qualify } from '../declared-names.ts';
import type { Language } from '../language.ts';
import { isAfterKeyword, type Occurrence, readOccurrences, sorted, usesOf } from '../names-used.ts';
import { isProjectFile } from './msbuild.ts';
import { openCsharpResolver } from './resolve.ts';

export const csharp: Language = {
  name: 'csharp',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-c-sharp', read, repair },
  isManifest: isProjectFile,
  openResolver: openCsharpResolver,
};

/**
 * Blanks conditional directives and keeps one configuration: the first branch of each `#if`. In the
 * middle of a declaration, as in a list of bases, a directive makes the grammar lose the rest.
 */
function repair(text: string): string {
  let outside = 0;
  const lines = text.split('\n').map((line) => {
    const directive = /^\s*#\s*(if|elif|else|endif)\b/.exec(line)?.[1];
    const blank = line.replaceAll(/[^\r]/g, ' ');
    if (outside > 0) {
      if (directive === 'if') outside += 1;
      if (directive === 'endif') outside -= 1;
      return blank;
    }
    if (directive === 'elif' || directive === 'else') outside = 1;
    return directive === undefined ? line : blank;
  });
  return lines.join('\n');
}

const typeKinds: Readonly<Record<string, string>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  record_struct_declaration: 'struct',
  struct_declaration: 'struct',
  interface_declaration: 'interface',
  enum_declaration: 'enum',
  delegate_declaration: 'type',
};

const memberKinds: Readonly<Record<string, string>> = {
  method_declaration: 'method',
  constructor_declaration: 'method',
  property_declaration: 'field',
  event_declaration: 'field',
  enum_member_declaration: 'constant',
};

interface Reading {
  readonly symbols: Definition[];
  readonly imports: ImportFact[];
  /** Start offsets of names in declarations, which are no uses. */
  readonly declared: Set<number>;
}

function read(root: SyntaxNode, text: string): ReadFacts {
  const reading: Reading = { symbols: [], imports: [], declared: new Set() };
  const spaces = root.namedChildren.filter(({ type }) => /namespace_declaration$/.test(type));
  const [only] = spaces;
  // A single namespace is the scope of the file; several are definitions that hold others.
  const isOne = only !== undefined && spaces.length === 1 && !root.namedChildren.some(isType);
  const isScoped = only?.type === 'file_scoped_namespace_declaration';
  const scope = isOne || isScoped ? nameOf(only) : '';
  readBody(
    root,
    { scope, parent: null, isInType: false, own: scope === '' ? null : (only ?? null) },
    reading,
  );
  const { symbols, imports, declared } = reading;
  return factsOf({ symbols, imports, scope, uses: readUses(root, text, declared) });
}

function isType({ type }: SyntaxNode): boolean {
  return typeKinds[type] !== undefined;
}

function nameOf(node: SyntaxNode | undefined): string {
  return (node?.childForFieldName('name')?.text ?? '').replaceAll(/\s/g, '');
}

interface Place {
  readonly scope: string;
  readonly parent: string | null;
  readonly isInType: boolean;
  /** The namespace that is the file's scope. */
  readonly own: SyntaxNode | null;
}

function readBody(body: SyntaxNode, place: Place, into: Reading): void {
  const { namedChildren } = body;
  for (const [index, node] of namedChildren.entries()) {
    const doc = () => docOf(namedChildren, index);
    if (/namespace_declaration$/.test(node.type)) readNamespace(node, place, into);
    else if (node.type === 'using_directive') into.imports.push(readUsing(node));
    else if (/^(?:preproc_|ERROR$)/.test(node.type)) readBody(node, place, into);
    else readDeclaration(node, place, doc, into);
  }
}

function readNamespace(node: SyntaxNode, place: Place, into: Reading): void {
  // A file-scoped namespace has no body: its definitions are its siblings.
  const body = node.childForFieldName('body') ?? node;
  if (place.own?.id === node.id) {
    readBody(body, { ...place, own: null }, into);
    return;
  }
  const name = nameOf(node);
  const scope = qualify(place.scope, name);
  into.imports.push(importFact({ specifier: scope, style: 'enclosing', star: true }));
  add({ node, kind: 'module', parent: place.parent, doc: null }, into);
  readBody(body, { scope, parent: name, own: null, isInType: false }, into);
}

function readDeclaration(
  node: SyntaxNode,
  { scope, parent, isInType }: Place,
  doc: () => string | null,
  into: Reading,
): void {
  const name = node.childForFieldName('name');
  const type = typeKinds[node.type];
  // A member outside of any type has lost its type to a parse error; a namespace holds no members.
  const member = isInType ? memberKinds[node.type] : undefined;
  if (type !== undefined) {
    add({ node, kind: type, parent, doc: doc() }, into);
    const body = node.childForFieldName('body');
    if (body !== null)
      readBody(body, { scope, parent: name?.text ?? null, own: null, isInType: true }, into);
  } else if (member !== undefined) add({ node, kind: member, parent, doc: doc() }, into);
  else if (isInType && /^(?:event_)?field_declaration$/.test(node.type)) {
    for (const declarator of node.descendantsOfType('variable_declarator')) {
      const field = declarator.childForFieldName('name');
      add({ node, kind: 'field', parent, doc: doc() }, into, field);
    }
  }
}

type Parts = Pick<DefinitionParts, 'node' | 'kind' | 'parent' | 'doc'>;

function add(parts: Parts, into: Reading, name = parts.node.childForFieldName('name')): void {
  if (name === null) return;
  const { node } = parts;
  const definition = definitionOf({
    ...parts,
    name: name.text.replaceAll(/[\s@]/g, ''),
    exported: true,
    body: node.childForFieldName('body') ?? node.childForFieldName('accessors'),
  });
  const words = definition.signature.replace(/^(?:\[[^\]]*\]\s*)+/, '');
  into.symbols.push({ ...definition, exported: !/^\s*(?:\w+ )*?private\b/.test(words) });
  into.declared.add(name.startIndex);
}

/** Returns the comment above a sibling, without XML tags. */
function docOf(siblings: readonly SyntaxNode[], index: number): string | null {
  const doc = docAbove(siblings, index);
  if (doc === null || !doc.includes('<')) return doc;
  const text = doc.replaceAll(/<see\w*\s+cref="(?:\w:)?([^"]*)"\s*\/>/g, '$1');
  return (
    text
      .replaceAll(/<\/?\w[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim() || null
  );
}

function readUsing(node: SyntaxNode): ImportFact {
  const alias = node.childForFieldName('name');
  const target = node.namedChildren.at(-1)?.text ?? '';
  const specifier = target.replaceAll(/<[^;]*>|\s|^global::/g, '').replaceAll('::', '.');
  const detail = /^\s*global\b/.test(node.text) ? 'global' : '';
  if (alias !== null) {
    const bindings = [{ name: specifier.slice(specifier.lastIndexOf('.') + 1), local: alias.text }];
    return importFact({ specifier, style: 'alias', bindings, detail });
  }
  const style = /\busing\s+static\b/.test(node.text) ? 'static' : 'namespace';
  return importFact({ specifier, style, star: true, detail });
}

const lookedFor = ['identifier', 'using_directive', 'type_parameter', 'attribute', 'parameter'];

function readUses(root: SyntaxNode, text: string, declared: ReadonlySet<number>): string[] {
  const identifiers: SyntaxNode[] = [];
  const attributes = new Set<number>();
  const bound = new Set<number>();
  let skipped = 0;
  let isParameter = false;
  for (const node of root.descendantsOfType(lookedFor)) {
    const { type, startIndex } = node;
    if (type === 'using_directive') skipped = node.endIndex;
    else if (type === 'attribute') attributes.add(startIndex);
    else if (type === 'type_parameter') isParameter = true;
    else if (type === 'identifier' && startIndex >= skipped) {
      if (isParameter) bound.add(startIndex);
      isParameter = false;
      identifiers.push(node);
    }
  }
  const all = readOccurrences(root, text, identifiers)
    .filter((occurrence) => !declared.has(occurrence.start) && !isKey(occurrence))
    .filter(({ name }) => name !== 'global')
    .map((each) => (isRooted(text, each) ? { ...each, isSelected: false, isJoined: false } : each))
    .map((each) => marked(each, text, attributes));
  return sorted(usesOf(all, ({ start }) => bound.has(start)));
}

/** Whether a name labels a value: `Name` in `new T { Name = 1 }`, `name` in `f(name: 1)`. */
function isKey({ before, after, isSelected }: Occurrence): boolean {
  if (isSelected || !/^[({,]$/.test(before)) return false;
  return /^(?:=[^=>]|=$|:[^:]|:$)/.test(after);
}

function isRooted(text: string, { start }: Occurrence): boolean {
  return /\bglobal\s*::\s*$/.test(text.slice(Math.max(0, start - 12), start));
}

/**
 * Returns the occurrence with its use marked in the name: `@Name` for an attribute, `Name()` for a
 * call, and the number of type arguments after a backtick.
 */
function marked(occurrence: Occurrence, text: string, attributes: ReadonlySet<number>): Occurrence {
  const { name, start, end, after, isSelected } = occurrence;
  if (attributes.has(start)) return { ...occurrence, name: `@${name}` };
  if (after.startsWith('<')) {
    const count = typeArguments(text, end);
    return count === 0 ? occurrence : { ...occurrence, name: `${name}\`${count}` };
  }
  const isCall = !isSelected && after.startsWith('(') && !isAfterKeyword(text, start, /\bnew\s+$/);
  return isCall ? { ...occurrence, name: `${name}()` } : occurrence;
}

/** Returns the number of type arguments in angle brackets after a name; 0 for a comparison. */
function typeArguments(text: string, from: number): number {
  let depth = 0;
  let count = 1;
  for (let at = text.indexOf('<', from); at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '<') depth += 1;
    else if (character === '>') {
      depth -= 1;
      if (depth === 0) return count;
    } else if (character === ',' && depth === 1) count += 1;
    else if (!/[\w\s,.?[\]()*:@]/.test(character)) return 0;
  }
  return 0;
}
