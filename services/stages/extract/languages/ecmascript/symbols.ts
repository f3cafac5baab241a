/** Definitions of a JavaScript or TypeScript file, CommonJS and prototype style included. */
import type { Definition } from '../../facts/facts.ts';
import { commentText, firstSentence, signatureOf } from '../../syntax/text.ts';
import {
  type EsNode,
  isFunction,
  nameAt,
  nodeAt,
  nodesAt,
  type OxcResult,
  openLines,
  stringAt,
} from './tree.ts';

interface Context {
  readonly text: string;
  readonly lineOf: (offset: number) => number;
  readonly docs: DocFinder;
  readonly into: Definition[];
}

type DocFinder = (start: number) => string | null;

/** Returns the definitions; `exportedNames` come from export lists and export assignments. */
export function readSymbols(
  result: OxcResult,
  text: string,
  exportedNames: ReadonlySet<string>,
): Definition[] {
  const into: Definition[] = [];
  const context = { text, lineOf: openLines(text), docs: openDocs(result, text), into };
  for (const node of nodesAt(result.program, 'body')) readStatement(context, node, null);
  return into.map((symbol) =>
    symbol.parent === null && exportedNames.has(symbol.name)
      ? { ...symbol, exported: true }
      : symbol,
  );
}

/** Returns a finder of the documentation comment that ends right before an offset. */
function openDocs(result: OxcResult, text: string): DocFinder {
  const byEnd = new Map(result.comments.map((comment) => [comment.end, comment]));
  return (start) => {
    const before = text.slice(Math.max(0, start - 400), start).trimEnd();
    const end = start - (text.slice(Math.max(0, start - 400), start).length - before.length);
    const comment = byEnd.get(end);
    if (comment === undefined) return null;
    if (comment.type === 'Block') {
      const isDoc = comment.value.startsWith('*');
      return isDoc ? firstSentence(withoutTags(commentText(`/*${comment.value}*/`))) : null;
    }
    return firstSentence(commentText(lineComments(comment, byEnd, text)));
  };
}

type Comment = OxcResult['comments'][number];

/** Returns the block of adjacent `//` lines that ends with the given one. */
function lineComments(last: Comment, byEnd: ReadonlyMap<number, Comment>, text: string): string {
  const lines: string[] = [];
  let current: Comment | undefined = last;
  while (current?.type === 'Line') {
    lines.unshift(`//${current.value}`);
    const gap: string =
      /\n[ \t]*$/.exec(text.slice(Math.max(0, current.start - 200), current.start))?.[0] ?? '';
    current = gap === '' ? undefined : byEnd.get(current.start - gap.length);
  }
  return lines.join('\n');
}

function withoutTags(text: string): string {
  return text
    .replace(/(?:^|\n)\s*@(?!link)[\s\S]*$/, '')
    .replaceAll(/\{@link\s+([^}\s]+)[^}]*\}/g, '$1');
}

/** The surroundings of a declaration. */
interface Place {
  /** Enclosing statement: it gives the lines, and the documentation ends right before it. */
  readonly outer: EsNode;
  readonly parent: string | null;
  readonly exported: boolean;
}

function readStatement(context: Context, node: EsNode, parent: string | null): void {
  if (/^(?:ExportNamed|ExportDefault|DeclareExport)Declaration$/.test(node.type)) {
    const declaration = nodeAt(node, 'declaration');
    if (declaration === null) return;
    readDeclaration(context, declaration, { outer: node, parent, exported: true });
  } else if (node.type === 'ExpressionStatement') {
    const expression = nodeAt(node, 'expression');
    if (expression !== null) readAssignment(context, expression, node);
  } else readDeclaration(context, node, { outer: node, parent, exported: false });
}

const functionTypes = new Set([
  'FunctionDeclaration',
  'TSDeclareFunction',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'DeclareFunction',
]);

const typeKinds: Readonly<Record<string, string>> = {
  TSInterfaceDeclaration: 'interface',
  TSTypeAliasDeclaration: 'type',
  TSEnumDeclaration: 'enum',
  // Node types of Flow.
  TypeAlias: 'type',
  OpaqueType: 'type',
  InterfaceDeclaration: 'interface',
  EnumDeclaration: 'enum',
  DeclareTypeAlias: 'type',
  DeclareOpaqueType: 'type',
  DeclareInterface: 'interface',
  DeclareClass: 'class',
  DeclareVariable: 'variable',
};

function readDeclaration(context: Context, node: EsNode, place: Place): void {
  const name = nameAt(node, 'id') ?? 'default';
  const kind = typeKinds[node.type];
  if (node.type === 'VariableDeclaration') readVariables(context, node, place);
  else if (functionTypes.has(node.type)) {
    add(context, { ...place, node, name, kind: 'function', end: bodyStart(node) });
  } else if (/^Class(?:Declaration|Expression)$/.test(node.type)) {
    readClass(context, node, name, place);
  } else if (kind !== undefined) {
    const isAlias = /(?:Alias|AliasDeclaration|OpaqueType)$/.test(node.type);
    const end = isAlias ? node.end : bodyStart(node);
    add(context, { ...place, node, name, kind, end });
  } else if (node.type === 'TSModuleDeclaration') {
    const id = nodeAt(node, 'id');
    // The name of `namespace a.b` is the whole path.
    const path = id?.type === 'TSQualifiedName' ? context.text.slice(id.start, id.end) : name;
    add(context, { ...place, node, name: path, kind: 'module', end: bodyStart(node) });
    const body = nodeAt(node, 'body');
    for (const inner of body === null ? [] : nodesAt(body, 'body')) {
      readStatement(context, inner, path);
    }
  }
}

function readVariables(context: Context, node: EsNode, place: Place): void {
  const kind = stringAt(node, 'kind') === 'const' ? 'constant' : 'variable';
  for (const declarator of nodesAt(node, 'declarations')) {
    const init = nodeAt(declarator, 'init');
    if (isRequire(init)) continue;
    const id = nodeAt(declarator, 'id');
    const single = stringAt(id, 'name');
    if (single !== null && init !== null && init.type === 'ClassExpression') {
      readClass(context, init, single, place);
      continue;
    }
    const isCallable = single !== null && isFunction(init);
    for (const name of single === null ? patternNames(id) : [single]) {
      add(context, {
        ...place,
        node: declarator,
        name,
        kind: isCallable ? 'function' : kind,
        end: isCallable && init !== null ? bodyStart(init) : declarator.end,
      });
    }
  }
}

/** Whether a node is `require('x')` or `require('x').a`: an import, not a definition. */
function isRequire(node: EsNode | null): boolean {
  const call = node?.type === 'MemberExpression' ? nodeAt(node, 'object') : node;
  return call?.type === 'CallExpression' && nameAt(call, 'callee') === 'require';
}

function patternNames(pattern: EsNode | null): string[] {
  if (pattern?.type === 'ObjectPattern') {
    return nodesAt(pattern, 'properties').flatMap((item) => nameAt(item, 'value') ?? []);
  }
  if (pattern?.type !== 'ArrayPattern') return [];
  return nodesAt(pattern, 'elements').flatMap((item) => stringAt(item, 'name') ?? []);
}

function readClass(context: Context, node: EsNode, name: string, place: Place): void {
  add(context, { ...place, node, name, kind: 'class', end: bodyStart(node) });
  const body = nodeAt(node, 'body');
  for (const member of body === null ? [] : nodesAt(body, 'body')) {
    const key = nameAt(member, 'key');
    if (key === null) continue;
    const value = nodeAt(member, 'value');
    const isMethod = /MethodDefinition$/.test(member.type) || isFunction(value);
    if (!isMethod && !/PropertyDefinition$|AccessorProperty$/.test(member.type)) continue;
    const isPrivate =
      stringAt(member, 'accessibility') === 'private' ||
      nodeAt(member, 'key')?.type === 'PrivateIdentifier';
    const kind = isMethod ? 'method' : 'field';
    const end = isMethod && value !== null ? bodyStart(value) : member.end;
    add(context, {
      node: member,
      outer: member,
      name: key,
      kind,
      parent: name,
      exported: !isPrivate,
      end,
    });
  }
}

/** Reads `exports.f = …`, `module.exports = function f() {}` and `T.prototype.m = function…`. */
function readAssignment(context: Context, expression: EsNode, outer: EsNode): void {
  if (expression.type !== 'AssignmentExpression') return;
  const left = nodeAt(expression, 'left');
  const right = lastValue(expression);
  if (left?.type !== 'MemberExpression' || left.computed === true || right === null) return;
  const name = nameAt(left, 'property');
  const owner = context.text.slice(nodeAt(left, 'object')?.start, nodeAt(left, 'object')?.end);
  if (name === null || !/^[\w$.]+$/.test(owner)) return;
  const isExports = owner === 'exports' || owner === 'module.exports';
  const end = isFunction(right) ? bodyStart(right) : expression.end;
  if (owner === 'module' && name === 'exports') {
    // Only a function or class written here is a definition; a plain name refers to another one.
    const own = nameAt(right, 'id');
    if (own === null || !/Function|Class/.test(right.type)) return;
    readDeclaration(context, right, { outer, parent: null, exported: true });
  } else if (isExports && right.type === 'ClassExpression') {
    readClass(context, right, name, { outer, parent: null, exported: true });
  } else if (isExports && !isRequire(right) && right.type !== 'Identifier') {
    const kind = isFunction(right) ? 'function' : 'constant';
    add(context, { node: expression, outer, name, kind, parent: null, exported: true, end });
  } else if (!isExports && isFunction(right)) {
    const parent = owner.replace(/\.prototype$/, '');
    add(context, { node: expression, outer, name, kind: 'method', parent, exported: true, end });
  }
}

/** Returns the `value` of `a = b = value`. */
export function lastValue(assignment: EsNode): EsNode | null {
  let value = nodeAt(assignment, 'right');
  while (value?.type === 'AssignmentExpression') value = nodeAt(value, 'right');
  return value;
}

function bodyStart(node: EsNode): number {
  return nodeAt(node, 'body')?.start ?? node.end;
}

interface Parts extends Place {
  readonly node: EsNode;
  readonly name: string;
  readonly kind: string;
  /** Offset at which the signature ends. */
  readonly end: number;
}

function add(context: Context, parts: Parts): void {
  const { text, lineOf, docs, into } = context;
  const { node, outer } = parts;
  // A statement may hold several declarators, so a declarator's signature leaves out the keyword;
  // in an export it starts at `export`.
  const start =
    outer.type.startsWith('Export') || node.type !== 'VariableDeclarator'
      ? outer.start
      : node.start;
  const signature = text.slice(start, Math.max(start, parts.end)).replace(/(?:=>|[={;(])\s*$/, '');
  into.push({
    name: parts.name.slice(0, 200),
    kind: parts.kind,
    signature: signatureOf(signature),
    startLine: lineOf(node.type === 'VariableDeclarator' ? node.start : outer.start),
    endLine: lineOf(Math.max(node.start, node.end - 1)),
    parent: parts.parent,
    doc: docs(outer.start),
    exported: parts.exported,
  });
}
