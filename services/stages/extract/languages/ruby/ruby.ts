/** Ruby: definitions, requires, and constants with the modules around them. See resolve.ts. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import { type Definition, factsOf, type ReadFacts } from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { type DefinitionParts, definitionOf, docAbove } from '../../syntax/tree.ts';
import type { Language } from '../language.ts';
import { readConstants, readScopes, type Scope } from './names.ts';
import { readRequires } from './requires.ts';
import { openRubyResolver } from './resolve.ts';
import { isGemManifest } from './roots.ts';

export const ruby: Language = {
  name: 'ruby',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-ruby', read },
  isManifest: isGemManifest,
  openResolver: openRubyResolver,
};

interface Draft {
  readonly symbols: Definition[];
  readonly scopes: ReadonlyMap<number, Scope>;
  readonly aliases: Map<string, string>;
  readonly read: Set<number>;
}

function read(root: SyntaxNode, text: string): ReadFacts {
  const scopes = readScopes(root);
  const byNode = new Map(scopes.map((scope) => [scope.node.id, scope]));
  const draft: Draft = { symbols: [], scopes: byNode, aliases: new Map(), read: new Set() };
  readBody(root.namedChildren, null, '', draft);
  // Scopes inside blocks, such as `Class.new do` or a test's `describe`.
  for (const scope of scopes) {
    const { node, outer } = scope;
    if (!draft.read.has(node.id)) readScope(node, outer?.name ?? null, null, draft);
  }
  return factsOf({
    symbols: draft.symbols.sort((a, b) => a.startLine - b.startLine),
    imports: readRequires(root, text, scopes),
    uses: readConstants(root, text, scopes),
    aliases: new Map([...draft.aliases].sort(([a], [b]) => compareText(a, b))),
  });
}

/** Comments that are meant for tools, not for readers. */
const magic = /^#\s*(?:-\*-|frozen_string_literal|(?:en)?coding|typed|rubocop|:nodoc:|!)/;

/** The parts of a body, with its first comment: in the tree that stands before the body. */
function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren.flatMap((child) =>
    child.type === 'body_statement' || child.type === 'then' || child.type === 'else'
      ? child.namedChildren
      : [child],
  );
}

/** Statements that only decide whether the definitions in them exist, and `class << self`. */
const transparent = /^(?:if|unless|elsif|begin|if_modifier|unless_modifier|singleton_class)$/;

function readBody(
  nodes: readonly SyntaxNode[],
  parent: string | null,
  full: string,
  draft: Draft,
): void {
  const siblings = nodes.filter((node) => node.type !== 'comment' || !magic.test(node.text));
  let exported = true;
  for (const [index, node] of siblings.entries()) {
    const { type } = node;
    if (type === 'class' || type === 'module') {
      readScope(node, parent, docAbove(siblings, index), draft);
    } else if (type === 'method' || type === 'singleton_method') {
      const isPublic = exported || type === 'singleton_method';
      addMethod(draft, { node, parent, doc: docAbove(siblings, index), exported: isPublic });
    } else if (type === 'assignment' || type === 'operator_assignment') {
      addConstant(draft, { node, parent, doc: docAbove(siblings, index) }, full);
    } else if (type === 'identifier' && visibility.test(node.text))
      exported = node.text === 'public';
    else if (type === 'call') readCall(node, parent, () => docAbove(siblings, index), draft);
    else if (transparent.test(type)) readBody(childrenOf(node), parent, full, draft);
  }
}

const visibility = /^(?:public|private|protected)$/;

function readScope(node: SyntaxNode, parent: string | null, doc: string | null, draft: Draft) {
  const scope = draft.scopes.get(node.id);
  if (scope === undefined || draft.read.has(node.id)) return;
  draft.read.add(node.id);
  const { name, full, superclass } = scope;
  const head = superclass ?? node.childForFieldName('name');
  const symbol = definitionOf({ node, name, kind: node.type, parent, doc, exported: true });
  const end = (head?.endIndex ?? node.startIndex) - node.startIndex;
  const signature = definitionOf({
    ...{ node, name, kind: node.type, parent, doc, exported: true },
    body: node.namedChildren.find((child) => child.startIndex - node.startIndex >= end) ?? null,
  });
  draft.symbols.push({ ...symbol, signature: signature.signature.replace(/;?\s*end$/, '') });
  const children = childrenOf(node).filter((child) => child.startIndex >= (head?.endIndex ?? 0));
  // `::` marks a module that is opened only to put others into it, which defines nothing.
  const opens =
    superclass === null &&
    children.some(isScope) &&
    children.every((child) => child.type === 'comment' || isScope(child));
  if (!opens || !draft.aliases.has(full)) draft.aliases.set(full, opens ? `::${name}` : name);
  readBody(children, name, full, draft);
}

function isScope({ type }: SyntaxNode): boolean {
  return type === 'class' || type === 'module';
}

type Method = Pick<DefinitionParts, 'node' | 'parent' | 'doc' | 'exported'>;

function addMethod(draft: Draft, method: Method): void {
  const { node, parent } = method;
  const name = node.childForFieldName('name')?.text ?? '';
  const object = node.childForFieldName('object')?.text;
  const kind = parent === null && object === undefined ? 'function' : 'method';
  const parameters = node.childForFieldName('parameters') ?? node.childForFieldName('name');
  const length = (parameters?.endIndex ?? node.endIndex) - node.startIndex;
  const whole = definitionOf({ ...method, name, kind });
  const signature = node.text.slice(0, length).replaceAll(/\s+/g, ' ').slice(0, 200);
  draft.symbols.push({ ...whole, signature });
}

/** `full` is the full name of the module around the constant. */
function addConstant(draft: Draft, constant: Omit<Method, 'exported'>, full: string): void {
  const { node } = constant;
  const left = node.childForFieldName('left');
  if (left?.type !== 'constant' && left?.type !== 'scope_resolution') return;
  const name = left.text.replace(/^::/, '');
  const parts = { ...constant, name, kind: 'constant', exported: true, body: null };
  draft.symbols.push(definitionOf(parts));
  draft.aliases.set(full === '' || left.text.startsWith('::') ? name : `${full}::${name}`, name);
}

/** Reads calls that define something: `attr_reader :a`, `private def b`. */
function readCall(
  node: SyntaxNode,
  parent: string | null,
  doc: () => string | null,
  draft: Draft,
): void {
  if (parent === null || node.childForFieldName('receiver') !== null) return;
  const method = node.childForFieldName('method')?.text ?? '';
  const values = node.childForFieldName('arguments')?.namedChildren ?? [];
  if (/^attr_(?:reader|writer|accessor)$/.test(method)) {
    for (const value of values) {
      if (value.type !== 'simple_symbol') continue;
      const parts = { node, kind: 'field', parent, doc: doc(), exported: true, body: null };
      draft.symbols.push(definitionOf({ ...parts, name: value.text.slice(1) }));
    }
  } else if (/^(?:public|private|protected|module_function|private_class_method)$/.test(method)) {
    const exported = method === 'public' || method === 'module_function';
    for (const value of values) {
      if (value.type === 'method' || value.type === 'singleton_method') {
        addMethod(draft, { node: value, parent, doc: doc(), exported });
      }
    }
  }
}
