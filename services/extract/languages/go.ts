/** Go: definitions, imports and the names used, so that edges reach the files that declare them. */
import { addTo, type Definition, type ImportFact, importFact, sortedMap } from '../facts.ts';
import { nameOf } from '../paths.ts';
import { definitionOf, docAbove } from '../tree.ts';
import { openGoResolver } from './go-resolve.ts';
import type { Language, SyntaxNode } from './language.ts';
import { firstFrom, gap, groupsAt, lastBefore, word, wordAt, wordList } from './words.ts';

export const go: Language = {
  name: 'go',
  extensions: ['.go'],
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-go', read },
  isManifest: (path) => nameOf(path) === 'go.mod',
  openResolver: openGoResolver,
};

function read(root: SyntaxNode, text: string) {
  const symbols: Definition[] = [];
  const { namedChildren } = root;
  for (const [index, node] of namedChildren.entries()) {
    // Not a look at every comment above each line of a comment.
    if (node.type === 'comment') continue;
    readDeclaration(node, docAbove(namedChildren, index), symbols);
  }
  const imports = root.descendantsOfType('import_spec').map(readImport);
  const clause = namedChildren.find((node) => node.type === 'package_clause');
  return {
    symbols,
    imports,
    scope: clause?.namedChildren[0]?.text ?? null,
    uses: readUses(root, text, symbols),
    members: readMembers(root, text),
    aliases: new Map<string, string>(),
  };
}

function readDeclaration(node: SyntaxNode, doc: string | null, into: Definition[]): void {
  if (node.type === 'function_declaration') {
    add(into, node, node.childForFieldName('name'), 'function', null, doc);
  } else if (node.type === 'method_declaration') {
    const receiver = node.childForFieldName('receiver')?.descendantsOfType('type_identifier')[0];
    add(into, node, node.childForFieldName('name'), 'method', receiver?.text ?? null, doc);
  } else if (/^(?:type|const|var)_declaration$/.test(node.type)) {
    // `var (…)` has a list in between; what lies deeper is not the file's.
    const lists = [node, ...node.namedChildren.filter(({ type }) => type.endsWith('_list'))];
    for (const { namedChildren } of lists) readSpecs(namedChildren, doc, into);
  }
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
    add(into, spec, spec.childForFieldName('name'), kind, null, doc, body ?? null);
    return;
  }
  const kind = spec.type === 'const_spec' ? 'constant' : 'variable';
  for (const name of spec.namedChildren.filter((node) => node.type === 'identifier')) {
    if (name.text !== '_') add(into, spec, name, kind, null, doc);
  }
}

function add(
  into: Definition[],
  node: SyntaxNode,
  name: SyntaxNode | null,
  kind: string,
  parent: string | null,
  doc: string | null,
  body?: SyntaxNode | null,
): void {
  if (name === null) return;
  const exported = /^\p{Lu}/u.test(name.text);
  const parts = { node, name: name.text, kind, parent, doc, exported };
  into.push(definitionOf(body === undefined ? parts : { ...parts, body }));
}

function readImport(spec: SyntaxNode): ImportFact {
  const specifier = (spec.childForFieldName('path')?.text ?? '').slice(1, -1);
  const name = spec.childForFieldName('name')?.text ?? '';
  // The package's own name is not known before resolution: '' stands for it.
  return importFact({ specifier, style: name, bindings: [{ name: '*', local: name }] });
}

const selector = new RegExp(`(${word})${gap}\\.${gap}(${word})`, 'y');

/** `pkg.Name` wherever it occurs; which prefixes are packages the resolver knows. */
function readMembers(root: SyntaxNode, text: string): Map<string, string[]> {
  const members = new Map<string, Set<string>>();
  for (const start of root.startsOfType(['selector_expression', 'qualified_type'])) {
    const [object, name] = groupsAt(selector, text, start);
    if (object !== undefined && name !== undefined) addTo(members, object, name);
  }
  return sortedMap(members);
}

/** Names that may belong to another file of the package: used, and bound nowhere in this one. */
function readUses(root: SyntaxNode, text: string, symbols: readonly Definition[]): string[] {
  const bound = new Set(symbols.filter(({ kind }) => kind !== 'method').map(({ name }) => name));
  for (const node of root.descendantsOfType(binders)) {
    for (const name of boundBy(node, text)) bound.add(name);
  }
  const used = new Set<string>();
  for (const start of root.startsOfType(['identifier', 'type_identifier'])) {
    const name = wordAt(text, start);
    // Looking at the surroundings is what costs, so each name is looked at until it counts.
    if (name === '' || used.has(name) || bound.has(name)) continue;
    if (isForeign(root, text, start) || isFieldKey(root, text, start, name)) continue;
    used.add(name);
  }
  return [...used].sort();
}

const binders = [
  'parameter_declaration',
  'variadic_parameter_declaration',
  'type_parameter_declaration',
  'short_var_declaration',
  'range_clause',
  'var_spec',
  'const_spec',
  'receive_statement',
];

const assigned = new RegExp(`(${wordList})\\s*:?=`, 'y');
const declared = new RegExp(`(${wordList})\\s+[^\\s,)/]`, 'y');
/** A parameter that is only a type. */
const nameless = /[\w.*[\]]*\s*[,)]/y;

function boundBy(node: SyntaxNode, text: string): string[] {
  const { type, startIndex } = node;
  const isParameter = type.endsWith('parameter_declaration');
  const [names] = groupsAt(isParameter ? declared : assigned, text, startIndex);
  if (names !== undefined && !type.endsWith('_spec')) return names.split(/\s*,\s*/);
  nameless.lastIndex = startIndex;
  if (isParameter && nameless.test(text)) return [];
  const left = isParameter ? null : node.childForFieldName('left');
  return (left ?? node).namedChildren
    .filter((name) => name.type === 'identifier')
    .map((name) => name.text);
}

/** `Field:` in a struct literal; a key of a map literal may be a constant and counts. */
function isFieldKey(root: SyntaxNode, text: string, start: number, name: string): boolean {
  if (text[firstFrom(text, start + name.length)] !== ':') return false;
  const element = root.descendantForIndex(start).parent;
  const keyed = element?.type === 'literal_element' ? element.parent : null;
  if (keyed?.type !== 'keyed_element' || keyed.namedChildren[0]?.id !== element?.id) return false;
  const literal = keyed.parent?.parent;
  return literal?.childForFieldName('type')?.type !== 'map_type';
}

/** `Name` in `pkg.Name` belongs to that package; `...Name` does not. */
function isForeign(root: SyntaxNode, text: string, start: number): boolean {
  const at = lastBefore(text, start);
  if (text[at] !== '.' || text[at - 1] === '.') return false;
  // Further away it may also end a comment.
  return at === start - 1 || root.descendantForIndex(start).parent?.type === 'qualified_type';
}
