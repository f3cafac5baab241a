/** Python: definitions, imports and the names used through imports. See resolve.ts. */
import {
  addTo,
  type Binding,
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
  softness,
  sortedMap,
} from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { firstSentence } from '../../syntax/text.ts';
import { type DefinitionParts, definitionOf, textsOf } from '../../syntax/tree.ts';
import { groupsAt, word } from '../../syntax/words.ts';
import type { Language, TreeSitterParsing } from '../language.ts';
import { readDynamic } from './dynamic.ts';
import { isPythonManifest } from './manifests.ts';
import { openPythonResolver } from './resolve.ts';

export const pythonParsing: TreeSitterParsing = {
  parser: 'tree-sitter',
  grammar: 'tree-sitter-python',
  read,
};

export const python: Language = {
  name: 'python',
  parsing: pythonParsing,
  isManifest: isPythonManifest,
  openResolver: openPythonResolver,
};

function read(root: SyntaxNode, text: string): ReadFacts {
  const symbols: Definition[] = [];
  readBlock(root, null, symbols);
  const imports = [...readImports(root, text), ...readDynamic(root, text)];
  const star = imports.some((fact) => fact.star);
  // Only a star import needs the used names, and collecting them costs as much as parsing.
  const uses = star ? [...textsOf(root, ['identifier'])].sort() : [];
  return factsOf({ symbols, imports, uses, members: readMembers(root, text, imports) });
}

/** Statements without a scope of their own: definitions in them belong to the scope around. */
const conditionals = new Set([
  'if_statement',
  'else_clause',
  'elif_clause',
  'try_statement',
  'except_clause',
  'finally_clause',
  'with_statement',
  'block',
]);

function readBlock(block: SyntaxNode, parent: string | null, into: Definition[]): void {
  for (const node of block.namedChildren) {
    if (node.type === 'decorated_definition') {
      const inner = node.childForFieldName('definition');
      if (inner !== null) readDefinition(inner, node, parent, into);
    } else if (node.type === 'expression_statement') readAssignment(node, parent, into);
    else if (node.type === 'type_alias_statement') {
      // The name of `type Pair[T] = …` is `Pair`.
      const name = /^\w+/.exec(node.namedChildren[0]?.text ?? '')?.[0] ?? '';
      add(into, { node, name, kind: 'type', parent, doc: null });
    } else if (conditionals.has(node.type)) readBlock(node, parent, into);
    else readDefinition(node, node, parent, into);
  }
}

function readDefinition(
  node: SyntaxNode,
  outer: SyntaxNode,
  parent: string | null,
  into: Definition[],
): void {
  const isClass = node.type === 'class_definition';
  if (!isClass && node.type !== 'function_definition') return;
  const name = node.childForFieldName('name')?.text ?? '';
  const body = node.childForFieldName('body');
  const routine = parent === null ? 'function' : 'method';
  const kind = isClass ? 'class' : routine;
  // The signature ends at its colon: a comment may follow before the body.
  const colon = node.children.find((child) => child.type === ':') ?? body;
  const symbol = add(into, { node, name, kind, parent, doc: docstring(body), body: colon });
  // Decorators belong to the definition's lines, not to its signature.
  into[into.length - 1] = { ...symbol, startLine: outer.startPosition.row + 1 };
  if (isClass && body !== null) readBlock(body, name, into);
}

function readAssignment(statement: SyntaxNode, parent: string | null, into: Definition[]): void {
  const node = statement.namedChildren[0];
  const left = node?.type === 'assignment' ? node.childForFieldName('left') : null;
  if (node === undefined || left?.type !== 'identifier') return;
  const name = left.text;
  if (into.some((symbol) => symbol.name === name && symbol.parent === parent)) return;
  const constant = /^_*[A-Z][A-Z0-9_]*$/.test(name) ? 'constant' : 'variable';
  add(into, { node, name, kind: parent === null ? constant : 'field', parent, doc: null });
}

function add(into: Definition[], parts: Omit<DefinitionParts, 'exported'>): Definition {
  const exported = /^(?!_)|^__\w+__$/.test(parts.name);
  const symbol = definitionOf({ ...parts, exported });
  into.push(symbol);
  return symbol;
}

function docstring(body: SyntaxNode | null): string | null {
  const first = body?.namedChildren.find((node) => node.type !== 'comment');
  const string = first?.type === 'expression_statement' ? first.namedChildren[0] : undefined;
  if (string?.type !== 'string') return null;
  return firstSentence(string.text.replace(/^[a-zA-Z]*("""|'''|"|')([\s\S]*)\1$/, '$2'));
}

const functions = new Set(['function_definition', 'lambda']);
const conditions = new Set(['if_statement', 'elif_clause']);

const statements = new Set(['import_statement', 'import_from_statement']);

/** Finds `import` in the text: walking the tree costs more than a lookup per occurrence. */
function readImports(root: SyntaxNode, text: string): ImportFact[] {
  return [...text.matchAll(/\bimport\b/g)].flatMap(({ index }) => {
    const keyword = root.descendantForIndex(index);
    const node = keyword.type === 'import' ? keyword.parent : null;
    if (node === null || !statements.has(node.type)) return [];
    const weight = weightOf(node);
    const facts = node.type === 'import_statement' ? plainImports(node) : [fromImport(node)];
    return facts.map((fact) => ({ ...fact, ...weight }));
  });
}

/** Kind and softness of an import, as only type checkers or only a function call run it. */
function weightOf(node: SyntaxNode): Partial<ImportFact> {
  let inFunction = false;
  let child = node;
  for (let above = node.parent; above !== null; above = child.parent) {
    if (conditions.has(above.type) && isForTypes(above, child)) {
      return { kind: 'type-only', softness: softness.typeOnly };
    }
    inFunction ||= functions.has(above.type);
    child = above;
  }
  return inFunction ? { softness: softness.deferred } : {};
}

/** Whether only type checkers see this branch of a condition. */
function isForTypes(condition: SyntaxNode, branch: SyntaxNode): boolean {
  const asked = (node: SyntaxNode) => askedOf(node.childForFieldName('condition')?.text ?? '');
  if (condition.childForFieldName('consequence')?.id === branch.id) {
    return asked(condition) === 'checking';
  }
  // A later branch runs only if the conditions of all branches before it are false.
  const earlier = condition.namedChildren.filter(
    ({ type, startIndex }) => type === 'elif_clause' && startIndex < branch.startIndex,
  );
  return [condition, ...earlier].some((node) => asked(node) === 'running');
}

const checking = /^(?:[\w.]+\.)?(?:TYPE_CHECKING|MYPY)$/;

/** Whether a condition requires type checking, a running program, or neither (null). */
function askedOf(condition: string): 'checking' | 'running' | null {
  const parts = condition.replaceAll(/[()]/g, ' ').split(/\sand\s/);
  if (/\sor\s/.test(condition)) return null;
  const [only = '', ...others] = parts.map((part) => part.trim());
  if ([only, ...others].some((part) => checking.test(part))) return 'checking';
  const negated = /^not\s+(.+)$/.exec(only)?.[1] ?? '';
  return others.length === 0 && checking.test(negated) ? 'running' : null;
}

function plainImports(node: SyntaxNode): ImportFact[] {
  return node.namedChildren.flatMap((child) => {
    if (child.type === 'aliased_import') {
      const specifier = child.childForFieldName('name')?.text ?? '';
      const local = child.childForFieldName('alias')?.text ?? '';
      return [importFact({ specifier, style: 'import', bindings: [{ name: '*', local }] })];
    }
    if (child.type !== 'dotted_name') return [];
    const whole = (text: string) => [{ name: '*', local: text }];
    const specifier = child.text;
    const fact = importFact({ specifier, style: 'import', bindings: whole(specifier) });
    const [first = ''] = specifier.split('.', 1);
    // `import a.b` binds `a`, and through `a` the file reaches all its other names as well.
    if (first === specifier) return [fact];
    return [fact, importFact({ specifier: first, style: 'top', bindings: whole(first) })];
  });
}

function fromImport(node: SyntaxNode): ImportFact {
  const module = node.childForFieldName('module_name');
  const bindings = node.namedChildren.flatMap((child): Binding[] => {
    if (module !== null && child.startIndex === module.startIndex) return [];
    if (child.type === 'dotted_name') return [{ name: child.text, local: child.text }];
    if (child.type !== 'aliased_import') return [];
    const name = child.childForFieldName('name')?.text ?? '';
    return [{ name, local: child.childForFieldName('alias')?.text ?? name }];
  });
  const star = node.namedChildren.some((child) => child.type === 'wildcard_import');
  const specifier = (module?.text ?? '').replaceAll(/\s+/g, '');
  return importFact({ specifier, style: 'from', bindings, star });
}

const attribute = new RegExp(`(?:\\s|\\\\\\n)*\\.(?:\\s|\\\\\\n)*(${word})`, 'y');

/** Names used through imports: `a.b.c` counts as `b` through `a` and `c` through `a.b`. */
function readMembers(
  root: SyntaxNode,
  text: string,
  imports: readonly ImportFact[],
): Map<string, string[]> {
  const members = new Map<string, Set<string>>();
  const locals = imports.flatMap((fact) => fact.bindings.map(({ local }) => local));
  const first = new Set(locals.map((local) => local.split('.', 1)[0]));
  if (first.size === 0) return new Map();
  for (const { 0: local, index: start } of text.matchAll(firstName)) {
    if (!first.has(local)) continue;
    const found = chainAt(text, start, local);
    // The tree is asked only about a chain with a name that is not recorded yet.
    if (found.every(([object, name]) => members.get(object)?.has(name) === true)) continue;
    const { type, parent } = root.descendantForIndex(start);
    if (type !== 'identifier' || parent?.type !== 'attribute') continue;
    if (parent.startIndex !== start) continue;
    for (const [object, name] of found) addTo(members, object, name);
  }
  return sortedMap(members);
}

/** The first name of a chain such as `a.b`: a dot follows it, and none precedes it. */
const firstName = /(?<![\w.\u0080-\uffff])[A-Za-z_]\w*(?=(?:\s|\\\n)*\.)/g;

/** Each prefix of `a.b.c` with the name after it; a prefix written with spaces ends the chain. */
function chainAt(text: string, start: number, local: string): [object: string, name: string][] {
  const found: [string, string][] = [];
  for (let object = local; /^[\w.]+$/.test(object) && text.startsWith(object, start); ) {
    const [name] = groupsAt(attribute, text, start + object.length);
    if (name === undefined) break;
    found.push([object, name]);
    object = `${object}.${name}`;
  }
  return found;
}
