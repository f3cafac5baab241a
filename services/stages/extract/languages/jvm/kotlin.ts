/**
 * Kotlin. Functions, properties and type aliases may stand at the top of a file, outside of any
 * class, and the path of a file need not contain its package.
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
import type { Language } from '../language.ts';
import { isAfterKeyword, type Occurrence, readOccurrences, sorted, usesOf } from '../names-used.ts';
import { isBuildFile } from './modules.ts';
import { openJvmResolver } from './resolve.ts';

export const kotlin: Language = {
  name: 'kotlin',
  parsing: {
    parser: 'tree-sitter',
    grammar: '@tree-sitter-grammars/tree-sitter-kotlin',
    read,
    repair,
  },
  isManifest: isBuildFile,
  openResolver: openJvmResolver,
};

/**
 * Blanks `fun` in `fun interface` and setters without a body, because the grammar loses the rest of
 * the file after them.
 */
function repair(text: string): string {
  const blank = (match: string) => ' '.repeat(match.length);
  return text
    .replaceAll(/\bfun(?=\s+interface\b)/g, blank)
    .replaceAll(/(?<=\n *)(?:private|internal|protected) +set(?= *\n)/g, blank);
}

const modifiers =
  'public|internal|abstract|open|sealed|data|enum|annotation|inline|value|const|suspend|' +
  'operator|infix|expect|actual';
const defining = 'class|interface|object|typealias|fun interface|fun|va[lr]';
const typeParameters = '(?:<[^>]*> *)?';
const receiver = String.raw`(?:[\w<>?, ]+\.)?`;
/** A declaration at the start of a line, for declarations that the grammar misreads. */
const line = new RegExp(
  String.raw`^(?:@[\w.]+ +)*(?:(?:${modifiers}) +)*(${defining}) +${typeParameters}${receiver}` +
    '`?(\\w+)',
  'gm',
);
const lineKinds: Readonly<Record<string, string>> = {
  interface: 'interface',
  'fun interface': 'interface',
  object: 'module',
  typealias: 'type',
  fun: 'function',
  val: 'variable',
  var: 'variable',
};

/** Returns the symbols and the top declarations lost to parse errors or as `annotation class`. */
function recover(root: SyntaxNode, text: string, symbols: Definition[]): Definition[] {
  if (!root.hasError && !text.includes('annotation class ')) return symbols;
  const known = new Set(symbols.filter(({ parent }) => parent === null).map(({ name }) => name));
  const lost: Definition[] = [];
  for (const { index, 0: signature, 1: word = '', 2: name = '' } of text.matchAll(line)) {
    if (known.has(name) || (!root.hasError && !signature.includes('annotation '))) continue;
    known.add(name);
    const startLine = text.slice(0, index).split('\n').length;
    const kind = lineKinds[word] ?? 'class';
    const base = { name, kind, signature, startLine, endLine: startLine };
    lost.push({ ...base, parent: null, doc: null, exported: true });
  }
  return [...symbols, ...lost].sort((a, b) => a.startLine - b.startLine);
}

function read(root: SyntaxNode, text: string): ReadFacts {
  const symbols: Definition[] = [];
  /** Start offsets of names in declarations, which are no uses. */
  const declared = new Set<number>();
  readBody(root, null, { symbols, declared });
  const { namedChildren } = root;
  const header = namedChildren.find(({ type }) => type === 'package_header');
  const imports = namedChildren.filter(({ type }) => type === 'import');
  const aliases = new Map<string, string>();
  const facade = /@file:\s*(?:\[\s*)?JvmName\(\s*(?:name\s*=\s*)?"(\w+)"/.exec(text)?.[1];
  // The name of the class in which Java sees the functions of the file.
  if (facade !== undefined) aliases.set(facade, '*');
  return factsOf({
    symbols: recover(root, text, symbols),
    imports: imports.map(readImport),
    scope: header?.namedChildren[0]?.text.replaceAll(/[\s`]/g, '') ?? '',
    uses: readUses(root, text, imports.at(-1)?.endIndex ?? header?.endIndex ?? 0, declared),
    aliases,
  });
}

interface Reading {
  readonly symbols: Definition[];
  readonly declared: Set<number>;
}

const bodies: ReadonlySet<string> = new Set(['class_body', 'enum_class_body']);

function readBody(body: SyntaxNode, parent: string | null, into: Reading): void {
  const { namedChildren } = body;
  for (const [index, node] of namedChildren.entries()) {
    // Declarations inside a parse error are read as far as possible.
    if (node.type === 'ERROR') readBody(node, parent, into);
    else readDeclaration(node, parent, () => docAbove(namedChildren, index), into);
  }
}

function readDeclaration(
  node: SyntaxNode,
  parent: string | null,
  doc: () => string | null,
  into: Reading,
): void {
  const add = (name: SyntaxNode | null | undefined, kind: string, body?: SyntaxNode | null) => {
    const text = addDefinition({ node, name, kind, parent, doc: doc(), body }, into);
    if (node.type === 'class_declaration') readConstructor(node, text, into);
    if (body !== null && body !== undefined && text !== '') readBody(body, text, into);
  };
  const inner = () => node.namedChildren.find(({ type }) => bodies.has(type)) ?? null;
  const name = node.childForFieldName('name');
  if (node.type === 'class_declaration') add(name, classKind(node), inner());
  else if (node.type === 'object_declaration') add(name, 'module', inner());
  else if (node.type === 'companion_object') {
    // Other code reaches the members of a companion object through its class.
    const body = inner();
    if (body !== null) readBody(body, parent, into);
  } else if (node.type === 'function_declaration') {
    const body = node.namedChildren.find(({ type }) => type === 'function_body') ?? null;
    addDefinition(
      { node, name, kind: parent === null ? 'function' : 'method', parent, doc: doc(), body },
      into,
    );
  } else if (node.type === 'property_declaration') {
    const kind = parent === null ? 'variable' : 'field';
    for (const variable of node.descendantsOfType('variable_declaration').slice(0, 1)) {
      addDefinition(
        {
          node,
          name: variable.namedChildren.find(isIdentifier),
          kind,
          parent,
          doc: doc(),
          body: null,
        },
        into,
      );
    }
  } else if (node.type === 'type_alias') add(node.namedChildren.find(isIdentifier), 'type');
  else if (node.type === 'enum_entry') {
    add(node.namedChildren.find(isIdentifier), 'constant');
  }
}

function isIdentifier({ type }: SyntaxNode): boolean {
  return type === 'identifier';
}

function classKind(node: SyntaxNode): string {
  const head = node.children.find(({ type }) => type === 'class' || type === 'interface');
  if (head?.type === 'interface') return 'interface';
  const modifiers = node.namedChildren.find(({ type }) => type === 'modifiers')?.text ?? '';
  return /\benum\b/.test(modifiers) ? 'enum' : 'class';
}

/** Adds the `val` and `var` parameters of the primary constructor, which are fields. */
function readConstructor(node: SyntaxNode, parent: string, into: Reading): void {
  const primary = node.namedChildren.find(({ type }) => type === 'primary_constructor');
  for (const parameter of primary?.descendantsOfType('class_parameter') ?? []) {
    if (!parameter.children.some(({ type }) => type === 'val' || type === 'var')) continue;
    const name = parameter.namedChildren.find(isIdentifier);
    addDefinition({ node: parameter, name, kind: 'field', parent, doc: null, body: null }, into);
  }
}

interface Parts {
  readonly node: SyntaxNode;
  readonly name: SyntaxNode | null | undefined;
  readonly kind: string;
  readonly parent: string | null;
  readonly doc: string | null;
  readonly body: SyntaxNode | null | undefined;
}

function addDefinition(parts: Parts, into: Reading): string {
  const { node, name: named, kind, parent, doc } = parts;
  if (named === null || named === undefined) return '';
  const name = named.text.replaceAll('`', '');
  const modifiers = node.namedChildren.find(({ type }) => type === 'modifiers')?.text ?? '';
  const exported = !/\bprivate\b/.test(modifiers);
  const body = parts.body ?? null;
  into.symbols.push(definitionOf({ node, name, kind, parent, doc, exported, body }));
  into.declared.add(named.startIndex);
  return name;
}

function readImport(node: SyntaxNode): ImportFact {
  const [path, alias] = node.namedChildren;
  const specifier = (path?.text ?? '').replaceAll(/[\s`]/g, '');
  const star = /\.\s*\*/.test(node.text);
  const name = specifier.slice(specifier.lastIndexOf('.') + 1);
  const local = alias?.type === 'identifier' ? alias.text : name;
  const bindings = star ? [] : [{ name, local }];
  return importFact({ specifier, style: 'import', star, bindings });
}

function readUses(
  root: SyntaxNode,
  text: string,
  start: number,
  declared: ReadonlySet<number>,
): string[] {
  const identifiers: SyntaxNode[] = [];
  const bound = new Set<number>();
  let isParameter = false;
  for (const node of root.descendantsOfType([
    'identifier',
    'variable_declaration',
    'type_parameter',
  ])) {
    const { type, startIndex } = node;
    if (type === 'type_parameter') isParameter = true;
    else if (type === 'variable_declaration') bound.add(startIndex);
    else if (startIndex >= start) {
      // The first identifier is the name; `reified`, `in` and `out` before it are none.
      if (isParameter) bound.add(startIndex);
      isParameter = false;
      identifiers.push(node);
    }
  }
  const all = readOccurrences(root, text, identifiers).filter(
    (occurrence) => !declared.has(occurrence.start) && !isArgumentName(occurrence),
  );
  const isBinding = ({ start: at, after, isSelected }: Occurrence) =>
    bound.has(at) ||
    (!isSelected && /^:[^:]|^:$/.test(after)) ||
    (after.startsWith('(') && isAfterKeyword(text, at, /\bfun\s+$/));
  const inStrings = [...text.matchAll(/\$([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  return sorted(usesOf(all, isBinding, inStrings));
}

/** Whether a name labels an argument: `name` in `f(name = 1)`. */
function isArgumentName({ before, after, isSelected }: Occurrence): boolean {
  return !isSelected && /^=[^=]|^=$/.test(after) && (before === '(' || before === ',');
}
