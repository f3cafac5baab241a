/** Rust: reads definitions. imports.ts reads references to other files, resolve.ts follows them. */
import { type Definition, factsOf, type ReadFacts } from '../../facts/facts.ts';
import { nameOf } from '../../paths.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { definitionOf, docAbove } from '../../syntax/tree.ts';
import type { Language } from '../language.ts';
import { attributesOf, readImports, readMembers } from './imports.ts';
import { openRustResolver } from './resolve.ts';
import { unwrapItems } from './unwrap.ts';

export const rust: Language = {
  name: 'rust',
  parsing: {
    parser: 'tree-sitter',
    grammar: 'tree-sitter-rust',
    read,
    prepare: unwrapItems,
  },
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

function read(root: SyntaxNode, text: string): ReadFacts {
  const symbols: Definition[] = [];
  readItems(root, null, symbols);
  const imports = readImports(root, text);
  const star = imports.some((fact) => fact.star);
  const uses = star ? readUses(root, text) : [];
  return factsOf({ symbols, imports, uses, members: readMembers(imports) });
}

/** A name, also a raw one such as `r#type`. */
const name = /(?:r#)?[\w\u0080-\uffff]+/y;
/** Before a member: `x.name` in a macro, `A::name`; `..name` is a range. */
const selecting = /(?:(?<!\.)\.|::)\s*$/;
/** Before a name that is declared here: a function, a variable, a closure's parameter. */
const declaring = /(?:\b(?:fn|let|ref|for)\s+|(?<!&\s*)\bmut\s+|\|\s*)$/;
/** After a parameter or a field: `name: Type`. */
const typed = /^\s*:(?!:)/;

/**
 * The names that may come from a glob. A name that the file gives to a variable is its own
 * everywhere, except that a call or a path still names the function or module.
 */
function readUses(root: SyntaxNode, text: string): string[] {
  const uses = new Set<string>();
  const values = new Set<string>();
  const bound = new Set<string>();
  for (const start of root.startsOfType(['identifier', 'type_identifier'])) {
    name.lastIndex = start;
    const found = name.exec(text)?.[0];
    if (found === undefined) continue;
    const before = text.slice(Math.max(0, start - 8), start);
    const after = text.slice(start + found.length, start + found.length + 8);
    if (selecting.test(before)) continue;
    const isVariable = declaring.test(before) || typed.test(after);
    // Types and constants begin with a capital; no variable does.
    if (isVariable && !/^[A-Z]/.test(found)) bound.add(found);
    else if (/^\s*(?:[(!<]|::)/.test(after)) uses.add(found);
    else values.add(found);
  }
  for (const found of values) if (!bound.has(found)) uses.add(found);
  return [...uses].sort();
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
    const kind = kinds[node.type];
    if (kind === undefined && node.type !== 'impl_item') continue;
    const body = node.childForFieldName('body');
    if (node.type === 'impl_item') {
      const name = typeName(node.childForFieldName('type'));
      const open = node.childForFieldName('trait') !== null;
      if (body !== null) readItems(body, { name, isType: true, open }, into);
      continue;
    }
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
        body: kind === 'macro' ? (node.namedChildren[1] ?? null) : body,
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
  if (node.type === 'macro_definition') return attributesOf(node).includes('macro_export');
  return /^(?:pub|crate)\b/.test(node.lineFrom);
}
