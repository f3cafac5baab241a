/** PHP: definitions, imports and used names, each with its full name. See resolve.ts. */
import { compareText } from '../../../../../schemas/compare-text.ts';
import {
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
} from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { type DefinitionParts, definitionOf, docAbove } from '../../syntax/tree.ts';
import type { Language } from '../language.ts';
import { isComposerManifest } from './composer.ts';
import { includePath } from './include.ts';
import { type Section, usedNames } from './names.ts';
import { openPhpResolver } from './resolve.ts';

export const php: Language = {
  name: 'php',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-php/bindings/node/php.js', read },
  isManifest: isComposerManifest,
  openResolver: openPhpResolver,
};

interface Draft {
  readonly symbols: Definition[];
  /** Full name to the short name in the file. */
  readonly aliases: Map<string, string>;
  readonly sections: Section[];
  readonly imports: ImportFact[];
}

function read(root: SyntaxNode, text: string): ReadFacts {
  const draft: Draft = {
    symbols: [],
    aliases: new Map(),
    sections: [openSection('', 0, text.length)],
    imports: [],
  };
  readBlock(root, draft);
  return factsOf({
    symbols: draft.symbols,
    imports: [...draft.imports, ...readIncludes(root, text)],
    scope: draft.sections.at(-1)?.namespace ?? '',
    uses: usedNames(text, draft.sections),
    aliases: new Map([...draft.aliases].sort(([a], [b]) => compareText(a, b))),
  });
}

function openSection(namespace: string, start: number, end: number): Section {
  const names = { class: new Map(), function: new Map(), const: new Map() };
  return { namespace, start, end, names, statements: [] };
}

const typeKinds: Readonly<Record<string, string>> = {
  class_declaration: 'class',
  interface_declaration: 'interface',
  trait_declaration: 'trait',
  enum_declaration: 'enum',
};

/** Statements without a scope of their own: definitions in them belong to the scope around. */
const conditionals = new Set([
  'if_statement',
  'else_clause',
  'else_if_clause',
  'compound_statement',
  'colon_block',
  'try_statement',
]);

function readBlock(block: SyntaxNode, draft: Draft): void {
  const { namedChildren } = block;
  for (const [index, node] of namedChildren.entries()) {
    if (node.type === 'namespace_definition') readNamespace(node, draft);
    else if (node.type === 'namespace_use_declaration') readUse(node, draft);
    else if (conditionals.has(node.type)) readBlock(node, draft);
    else if (node.type in typeKinds) readType(node, docOf(namedChildren, index), draft);
    else if (node.type === 'function_definition') {
      const doc = docOf(namedChildren, index);
      add(draft, { node, name: nameOf(node), kind: 'function', doc });
    } else if (node.type === 'const_declaration') {
      for (const name of constNames(node)) {
        add(draft, { node, name, kind: 'constant', doc: docOf(namedChildren, index) });
      }
    } else if (node.type === 'expression_statement') readDefine(node, draft);
  }
}

/** Reads a namespace, which spans its braces, or the text up to the next namespace. */
function readNamespace(node: SyntaxNode, draft: Draft): void {
  const body = node.childForFieldName('body');
  const namespace = node.childForFieldName('name')?.text ?? '';
  const last = draft.sections.at(-1);
  if (last !== undefined && body === null) last.end = node.startIndex;
  draft.sections.push(openSection(namespace, node.startIndex, body?.endIndex ?? Infinity));
  if (body !== null) readBlock(body, draft);
}

function readUse(node: SyntaxNode, draft: Draft): void {
  const section = draft.sections.at(-1);
  if (section === undefined) return;
  section.statements.push([node.startIndex, node.endIndex]);
  const body = node.childForFieldName('body');
  const prefix = node.namedChildren.find((child) => child.type === 'namespace_name')?.text;
  const kind = useKind(node, 'class');
  for (const clause of (body ?? node).namedChildren) {
    if (clause.type !== 'namespace_use_clause') continue;
    const alias = clause.childForFieldName('alias')?.text;
    const written = clause.namedChildren.find(({ type }) => /^(?:qualified_)?name$/.test(type));
    const path = (written?.text ?? '').replace(/^\\/, '');
    const specifier = prefix === undefined ? path : `${prefix.replace(/^\\/, '')}\\${path}`;
    const style = useKind(clause, kind);
    const name = specifier.slice(specifier.lastIndexOf('\\') + 1);
    const local = alias ?? name;
    section.names[style].set(local, specifier);
    const bindings = [{ name, local }];
    draft.imports.push(importFact({ specifier, style, bindings }));
  }
}

function useKind(node: SyntaxNode, usual: keyof Section['names']): keyof Section['names'] {
  const word = node.children.find(({ type }) => type === 'function' || type === 'const')?.type;
  return word === 'function' || word === 'const' ? word : usual;
}

function readType(node: SyntaxNode, doc: string | null, draft: Draft): void {
  const name = nameOf(node);
  add(draft, { node, name, kind: typeKinds[node.type] ?? 'class', doc });
  const body = node.childForFieldName('body');
  const members = body?.namedChildren ?? [];
  for (const [index, member] of members.entries()) {
    const push = (own: string, kind: string) => {
      const modifiers = member.namedChildren.find(({ type }) => type === 'visibility_modifier');
      const exported = modifiers === undefined || modifiers.text === 'public';
      const parts = { node: member, name: own, kind, parent: name, exported };
      draft.symbols.push(definitionOf({ ...parts, doc: docOf(members, index) }));
    };
    if (member.type === 'method_declaration') push(nameOf(member), 'method');
    else if (member.type === 'enum_case') push(nameOf(member), 'field');
    else if (member.type === 'const_declaration') {
      for (const own of constNames(member)) push(own, 'field');
    } else if (member.type === 'property_declaration') {
      for (const element of member.namedChildren) {
        if (element.type === 'property_element') push(nameOf(element).replace(/^\$/, ''), 'field');
      }
    }
  }
}

function constNames(node: SyntaxNode): string[] {
  const elements = node.namedChildren.filter(({ type }) => type === 'const_element');
  return elements.map((element) => element.namedChildren[0]?.text ?? '');
}

/** Reads `define('NAME', …)`: NAME is a full name, whatever the namespace around the call. */
function readDefine(statement: SyntaxNode, draft: Draft): void {
  const call = statement.namedChildren[0];
  if (call?.childForFieldName('function')?.text !== 'define') return;
  const name = /^define\s*\(\s*(['"])([\w\\]+)\1/.exec(call.text)?.[2];
  if (name === undefined) return;
  const own = name.slice(name.lastIndexOf('\\') + 1);
  const parts = { node: call, kind: 'constant', parent: null, doc: null, exported: true };
  draft.symbols.push(definitionOf({ ...parts, name: own }));
  draft.aliases.set(name, own);
}

type Parts = Pick<DefinitionParts, 'node' | 'name' | 'kind' | 'doc'>;

function add(draft: Draft, parts: Parts): void {
  const { name } = parts;
  if (name === '') return;
  draft.symbols.push(definitionOf({ ...parts, parent: null, exported: true }));
  const namespace = draft.sections.at(-1)?.namespace ?? '';
  draft.aliases.set(namespace === '' ? name : `${namespace}\\${name}`, name);
}

function nameOf(node: SyntaxNode): string {
  return node.childForFieldName('name')?.text ?? '';
}

/** Returns the documentation up to its first tag; null if nothing stands before the tag. */
function docOf(siblings: readonly SyntaxNode[], index: number): string | null {
  const doc = docAbove(siblings, index)?.split(/(?:^|\s)@[a-z]/, 1)[0] ?? '';
  return doc === '' ? null : doc;
}

const includeTypes = ['require', 'require_once', 'include', 'include_once'].map(
  (word) => `${word}_expression`,
);

function readIncludes(root: SyntaxNode, text: string): ImportFact[] {
  if (!/\b(?:require|include)/i.test(text)) return [];
  return root.descendantsOfType(includeTypes).flatMap((node) => {
    const path = node.namedChildren[0];
    if (path === undefined) return [];
    const { specifier, detail } = includePath(path);
    return [importFact({ specifier, style: 'include', detail, kind: 'include' })];
  });
}
