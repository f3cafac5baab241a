/** Go: definitions, imports and used names, so that edges reach the files that declare them. */
import {
  addTo,
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
  sortedMap,
} from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { type DefinitionParts, definitionOf, docAbove } from '../../syntax/tree.ts';
import { blank, eachWord, firstFrom, lastBefore, word, wordList } from '../../syntax/words.ts';
import type { Language } from '../language.ts';
import { isGoManifest } from './modules.ts';
import { openGoResolver } from './resolve.ts';

export const go: Language = {
  name: 'go',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-go', read },
  isManifest: isGoManifest,
  openResolver: openGoResolver,
};

function read(root: SyntaxNode, text: string): ReadFacts {
  const symbols: Definition[] = [];
  const { namedChildren } = root;
  for (const [index, node] of namedChildren.entries()) {
    // A comment has no documentation; looking for some above each comment line is slow.
    if (node.type === 'comment') continue;
    readDeclaration(node, docAbove(namedChildren, index), symbols);
  }
  const clause = namedChildren.find((node) => node.type === 'package_clause');
  const code = blank(text, silent);
  return factsOf({
    symbols,
    imports: importSpecs(namedChildren).map(readImport),
    scope: clause?.namedChildren[0]?.text ?? null,
    uses: readUses(root, code, symbols),
    members: readMembers(root, code),
  });
}

function readDeclaration(node: SyntaxNode, doc: string | null, into: Definition[]): void {
  if (node.type === 'function_declaration') {
    add(into, { node, kind: 'function', doc });
  } else if (node.type === 'method_declaration') {
    add(into, { node, kind: 'method', parent: receiverOf(node), doc });
  } else if (/^(?:type|const|var)_declaration$/.test(node.type)) {
    // `var (…)` has a list node in between; declarations further down are not at the top level.
    const lists = [node, ...node.namedChildren.filter(({ type }) => type.endsWith('_list'))];
    for (const { namedChildren } of lists) readSpecs(namedChildren, doc, into);
  }
}

const plainReceiver = /^func\s*\(\s*(?:\w+\s+)?\*?\s*([A-Za-z_]\w*)\s*[)[]/;

function receiverOf(method: SyntaxNode): string | null {
  const name = plainReceiver.exec(method.lineFrom)?.[1];
  if (name !== undefined) return name;
  return (
    method.childForFieldName('receiver')?.descendantsOfType('type_identifier')[0]?.text ?? null
  );
}

function readSpecs(nodes: readonly SyntaxNode[], doc: string | null, into: Definition[]): void {
  const first = nodes.findIndex(({ type }) => specs.has(type));
  for (const [index, node] of nodes.entries()) {
    if (!specs.has(node.type)) continue;
    readSpec(node, docAbove(nodes, index) ?? (index === first ? doc : null), into);
  }
}

const specs = new Set(['type_spec', 'type_alias', 'const_spec', 'var_spec']);

const typeKinds: Readonly<Record<string, string>> = {
  struct_type: 'struct',
  interface_type: 'interface',
};

function readSpec(spec: SyntaxNode, doc: string | null, into: Definition[]): void {
  if (spec.type === 'type_spec' || spec.type === 'type_alias') {
    const type = spec.childForFieldName('type');
    const kind = typeKinds[type?.type ?? ''] ?? 'type';
    const body = type?.namedChildren.find((node) => node.type === 'field_declaration_list');
    add(into, { node: spec, kind, doc, body: body ?? null });
    return;
  }
  const kind = spec.type === 'const_spec' ? 'constant' : 'variable';
  for (const name of spec.namedChildren.filter((node) => node.type === 'identifier')) {
    if (name.text !== '_') add(into, { node: spec, name, kind, doc, body: null });
  }
}

interface Parts extends Pick<DefinitionParts, 'node' | 'kind' | 'doc' | 'body'> {
  readonly name?: SyntaxNode;
  readonly parent?: string | null;
}

function add(into: Definition[], parts: Parts): void {
  const { name = parts.node.childForFieldName('name'), parent = null } = parts;
  if (name === null) return;
  const exported = /^\p{Lu}/u.test(name.text);
  into.push(definitionOf({ ...parts, name: name.text, parent, exported }));
}

function importSpecs(nodes: readonly SyntaxNode[]): SyntaxNode[] {
  return nodes.flatMap((node) => {
    if (node.type === 'import_spec') return [node];
    return /^import_(?:declaration|spec_list)$/.test(node.type)
      ? importSpecs(node.namedChildren)
      : [];
  });
}

function readImport(spec: SyntaxNode): ImportFact {
  const specifier = (spec.childForFieldName('path')?.text ?? '').slice(1, -1);
  const name = spec.childForFieldName('name')?.text ?? '';
  // The imported package's own name is not known before resolution; '' stands for it.
  return importFact({ specifier, style: name, bindings: [{ name: '*', local: name }] });
}

// Names are found in the text without comments and strings. The tree is then asked about single
// occurrences until one of them decides: a walk through the tree costs more.
const silent = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])+'/g;

const letter = String.raw`[\w$\u0080-\uffff]`;
// The lookbehind stands after the dot because it is slow; the engine tries it only at a dot.
const selector = new RegExp(
  String.raw`\.(?<=(?<!${letter}|(?<!\.\.)\.)(${word})\s*\.)\s*(${word})`,
  'g',
);

/** Collects every `pkg.Name`; the resolver knows which prefixes are packages. */
function readMembers(root: SyntaxNode, code: string): Map<string, string[]> {
  const members = new Map<string, Set<string>>();
  for (const { 1: object = '', 2: name = '', index } of code.matchAll(selector)) {
    if (members.get(object)?.has(name) === true) continue;
    const start = code.lastIndexOf(object, index - object.length);
    const { type, startIndex } = root.descendantForIndex(start, index + 1);
    if (startIndex === start && selects.has(type)) addTo(members, object, name);
  }
  return sortedMap(members);
}

const selects = new Set(['selector_expression', 'qualified_type']);

/** Keywords and predeclared values, which are never looked up as names. */
const reserved = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var nil true false iota'.split(
    ' ',
  ),
);
const names = new Set(['identifier', 'type_identifier']);

/** Names that another file of the package may declare: used here, but bound nowhere here. */
function readUses(root: SyntaxNode, code: string, symbols: readonly Definition[]): string[] {
  const bound = new Set(symbols.filter(({ kind }) => kind !== 'method').map(({ name }) => name));
  bindAssigned(root, code, bound);
  bindParameters(root, code, bound);
  bindSpecs(root, code, bound);
  const used = new Set<string>();
  eachWord(code, (name, start) => {
    if (used.has(name) || bound.has(name) || reserved.has(name)) return;
    if (isForeign(root, code, start)) return;
    const { type } = root.descendantForIndex(start);
    // No other file declares the name of an imported package.
    if (type === 'package_identifier' && code[start + name.length] === '.') bound.add(name);
    else if (names.has(type) && !isFieldKey(root, code, start, name)) used.add(name);
  });
  return [...used].sort();
}

/** Whether all names of a list are already bound, or reserved. */
function areBound(list: readonly string[], bound: ReadonlySet<string>): boolean {
  return list.every((name) => bound.has(name) || reserved.has(name));
}

function bind(list: readonly string[], bound: Set<string>): void {
  for (const name of list) bound.add(name);
}

const assigned = new RegExp(
  String.raw`:?=(?:(?<=:=)|(?=\s*(?:range\b|<-)))(?<=(?<!${letter})(${wordList})\s*:?=)`,
  'g',
);
const assigning = new Set(['short_var_declaration', 'range_clause', 'receive_statement']);

function bindAssigned(root: SyntaxNode, code: string, bound: Set<string>): void {
  for (const { 0: sign, 1: list = '', index } of code.matchAll(assigned)) {
    const given = list.split(/\s*,\s*/);
    if (areBound(given, bound)) continue;
    const start = code.lastIndexOf(list, index - list.length);
    const { type, startIndex } = root.descendantForIndex(start, index + sign.length);
    if (startIndex === start && assigning.has(type)) bind(given, bound);
  }
}

// No parameter list is longer; without a limit a table of names is scanned once per name.
const declaredList = String.raw`${word}(?:\s*,\s*${word}){0,31}`;
const declared = new RegExp(
  String.raw`[([,]\s*(${declaredList})\s+(?:[\w*[(~\u0080-\uffff]|\.\.\.|<-)`,
  'g',
);

function bindParameters(root: SyntaxNode, code: string, bound: Set<string>): void {
  for (const { 0: found, 1: list = '', index } of code.matchAll(declared)) {
    const given = list.split(/\s*,\s*/);
    if (areBound(given, bound)) continue;
    const start = index + found.indexOf(list, 1);
    const { type, startIndex } = root.descendantForIndex(start, index + found.length);
    if (startIndex === start && type.endsWith('parameter_declaration')) bind(given, bound);
  }
}

function bindSpecs(root: SyntaxNode, code: string, bound: Set<string>): void {
  for (const { index, 0: keyword } of code.matchAll(/\b(?:var|const)\s/g)) {
    const node = root.descendantForIndex(index, index + keyword.length + 1);
    if (!/^(?:var|const)_declaration$/.test(node.type)) continue;
    const lists = [node, ...node.namedChildren.filter(({ type }) => type.endsWith('_list'))];
    for (const { namedChildren } of lists) {
      for (const { type, namedChildren: parts } of namedChildren) {
        if (!specs.has(type)) continue;
        bind(
          parts.filter((part) => part.type === 'identifier').map(({ text }) => text),
          bound,
        );
      }
    }
  }
}

/** Whether a name is a `Field:` of a literal. A map's key may be a constant: it is a use. */
function isFieldKey(root: SyntaxNode, code: string, start: number, name: string): boolean {
  const colon = firstFrom(code, start + name.length);
  if (code[colon] !== ':') return false;
  const keyed = root.descendantForIndex(start, colon + 1);
  if (keyed.type !== 'keyed_element' || keyed.startIndex !== start) return false;
  return keyed.parent?.parent?.childForFieldName('type')?.type !== 'map_type';
}

/** Whether a type name belongs to another package: `pkg.` and a line break stand before it. */
function isForeign(root: SyntaxNode, code: string, start: number): boolean {
  const at = lastBefore(code, start);
  if (code[at] !== '.' || code[at - 1] === '.') return false;
  return root.descendantForIndex(start).parent?.type === 'qualified_type';
}
