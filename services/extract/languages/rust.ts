/** Rust: definitions, modules, uses and paths. Resolution: rust-resolve.ts. */
import {
  addTo,
  type Definition,
  type ImportFact,
  importFact,
  softness,
  sortedMap,
} from '../facts.ts';
import { nameOf } from '../paths.ts';
import { definitionOf, docAbove, textsOf } from '../tree.ts';
import type { Language, SyntaxNode } from './language.ts';
import { openRustResolver } from './rust-resolve.ts';

export const rust: Language = {
  name: 'rust',
  extensions: ['.rs'],
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-rust', read },
  isManifest: (path) => nameOf(path) === 'Cargo.toml',
  openResolver: openRustResolver,
};

const kinds: Readonly<Record<string, string>> = {
  function_item: 'function',
  function_signature_item: 'function',
  struct_item: 'struct',
  union_item: 'struct',
  enum_item: 'enum',
  trait_item: 'trait',
  const_item: 'constant',
  static_item: 'variable',
  type_item: 'type',
  associated_type: 'type',
  macro_definition: 'macro',
  mod_item: 'module',
};

function read(root: SyntaxNode) {
  const symbols: Definition[] = [];
  readItems(root, null, symbols);
  const imports = [
    ...root.descendantsOfType('mod_item').flatMap(readModule),
    ...root.descendantsOfType('use_declaration').flatMap(readUse),
    ...readPaths(root),
    ...readMacroCalls(root),
  ];
  const star = imports.some((fact) => fact.star);
  return {
    symbols,
    imports,
    scope: null,
    uses: star ? [...textsOf(root, ['identifier', 'type_identifier'])].sort() : [],
    members: readMembers(imports),
    aliases: new Map<string, string>(),
  };
}

interface Owner {
  readonly name: string | null;
  readonly isType: boolean;
  /** Members of a trait, and of its implementations, are as visible as the trait. */
  readonly open: boolean;
}

function readItems(block: SyntaxNode, owner: Owner | null, into: Definition[]): void {
  const siblings = block.namedChildren;
  for (const [index, node] of siblings.entries()) {
    const body = node.childForFieldName('body');
    if (node.type === 'impl_item') {
      const name = typeName(node.childForFieldName('type'));
      const open = node.childForFieldName('trait') !== null;
      if (body !== null) readItems(body, { name, isType: true, open }, into);
      continue;
    }
    const kind = kinds[node.type];
    // `mod x;` declares a file, which has its own entry.
    if (kind === undefined || (kind === 'module' && body === null)) continue;
    const name = node.childForFieldName('name')?.text ?? '';
    into.push(
      definitionOf({
        node,
        name,
        kind: kind === 'function' && owner?.isType === true ? 'method' : kind,
        parent: owner?.name ?? null,
        doc: docAbove(siblings, index),
        exported: isExported(node, owner),
        ...(kind === 'macro' ? { body: node.namedChildren[1] ?? null } : {}),
      }),
    );
    if (body === null) continue;
    if (kind === 'module') readItems(body, { name, isType: false, open: false }, into);
    if (kind === 'trait') readItems(body, { name, isType: true, open: true }, into);
  }
}

function typeName(type: SyntaxNode | null): string | null {
  return (
    type?.text
      .replace(/<[\s\S]*/, '')
      .replace(/^.*::/s, '')
      .replace(/^&\s*(?:mut\s+)?/, '') ?? null
  );
}

function isExported(node: SyntaxNode, owner: Owner | null): boolean {
  if (owner?.open === true) return true;
  if (node.type !== 'macro_definition') {
    return node.namedChildren.some((child) => child.type === 'visibility_modifier');
  }
  return attributesOf(node).includes('macro_export');
}

/** Enclosing inline modules, outermost first. */
function withinOf(node: SyntaxNode): string {
  const names: string[] = [];
  for (let current = node.parent; current !== null; current = current.parent) {
    if (current.type === 'mod_item') names.unshift(current.childForFieldName('name')?.text ?? '');
  }
  return names.join('::');
}

/** The attributes right above an item, one per line. */
function attributesOf(node: SyntaxNode): string {
  const lines: string[] = [];
  let above = node.previousNamedSibling;
  while (above?.type === 'attribute_item') {
    lines.push(above.text);
    above = above.previousNamedSibling;
  }
  return lines.join('\n');
}

function readModule(node: SyntaxNode): ImportFact[] {
  if (node.childForFieldName('body') !== null) return [];
  const name = node.childForFieldName('name')?.text ?? '';
  const attributes = attributesOf(node);
  const path = /^#\[path\s*=\s*"([^"]+)"/m.exec(attributes)?.[1];
  return [
    importFact({
      specifier: path === undefined ? name : `${name}=${path}`,
      style: 'mod',
      bindings: [{ name: '*', local: name }],
      // Its macros are in scope for everything after it.
      star: attributes.includes('macro_use'),
      kind: 'declares',
      softness: softness.declared,
      detail: withinOf(node),
    }),
  ];
}

function readUse(node: SyntaxNode): ImportFact[] {
  const argument = node.childForFieldName('argument');
  if (argument === null) return [];
  const isPublic = node.namedChildren[0]?.type === 'visibility_modifier';
  const detail = withinOf(node);
  const weight = isPublic ? softness.passedOn : /\btests?\b/.test(detail) ? softness.deferred : 0;
  return flattenUse(argument, []).map(({ path, local }) =>
    importFact({
      specifier: path.join('::'),
      style: 'use',
      bindings: local === '*' ? [] : [{ name: path.at(-1) ?? '', local }],
      star: local === '*',
      kind: isPublic ? 're-export' : 'import',
      softness: weight,
      detail,
    }),
  );
}

/** `a::{b, c as d, e::*}` as three paths. */
function flattenUse(
  node: SyntaxNode,
  prefix: readonly string[],
): { path: string[]; local: string }[] {
  const segments = (part: SyntaxNode | null) =>
    part === null ? [] : part.text.replaceAll(/\s+/g, '').split('::');
  if (node.type === 'use_list') {
    return node.namedChildren.flatMap((child) => flattenUse(child, prefix));
  }
  if (node.type === 'scoped_use_list') {
    const list = node.childForFieldName('list');
    const inner = [...prefix, ...segments(node.childForFieldName('path'))];
    return list === null ? [] : flattenUse(list, inner);
  }
  if (node.type === 'use_wildcard') {
    return [{ path: [...prefix, ...segments(node.namedChildren[0] ?? null)], local: '*' }];
  }
  if (node.type === 'use_as_clause') {
    const local = node.childForFieldName('alias')?.text ?? '';
    return [{ path: [...prefix, ...segments(node.childForFieldName('path'))], local }];
  }
  if (node.type.includes('comment')) return [];
  // `{self}` means what stands before the braces.
  const own = node.type === 'self' && prefix.length > 0 ? [] : segments(node);
  const path = [...prefix, ...own];
  return [{ path, local: path.at(-1) ?? '' }];
}

/** Paths in code, such as `crate::a::f()`; each distinct one once. */
function readPaths(root: SyntaxNode): ImportFact[] {
  const facts = new Map<string, ImportFact>();
  for (const node of root.descendantsOfType(['scoped_identifier', 'scoped_type_identifier'])) {
    const outer = node.parent?.type ?? '';
    if (outer.startsWith('scoped_') || outer.startsWith('use_')) continue;
    const specifier = node.text.replaceAll(/\s+/g, '').replace(/(?:::)?<.*/s, '');
    // `Type::item` needs no module.
    if (!/^[a-z_][\w:]*::\w+$/.test(specifier)) continue;
    const detail = withinOf(node);
    const key = `${detail} ${specifier}`;
    if (facts.has(key)) continue;
    facts.set(key, importFact({ specifier, style: 'path', detail }));
  }
  return [...facts.values()];
}

function readMacroCalls(root: SyntaxNode): ImportFact[] {
  const names = new Set<string>();
  for (const node of root.descendantsOfType('macro_invocation')) {
    const macro = node.childForFieldName('macro');
    if (macro?.type === 'identifier') names.add(macro.text);
  }
  return [...names].sort().map((specifier) => importFact({ specifier, style: 'macro' }));
}

/** `module::name` counts as `name` through `module`. */
function readMembers(imports: readonly ImportFact[]): Map<string, string[]> {
  const members = new Map<string, Set<string>>();
  for (const { specifier, style } of imports) {
    const [first, second] = specifier.split('::');
    if (style === 'path' && first !== undefined && second !== undefined) {
      addTo(members, first, second);
    }
  }
  return sortedMap(members);
}
