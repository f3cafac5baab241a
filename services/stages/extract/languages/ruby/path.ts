/** The path that a Ruby expression names, as far as the source states it. */
import type { SyntaxNode } from '../../syntax/syntax-node.ts';

export interface StatedPath {
  readonly specifier: string;
  /** `own`: relative to the file's folder; `computed`: only a run can tell the path. */
  readonly detail: '' | 'own' | 'computed';
}

/** Stands for the folder of the file; no real path holds a NUL. */
const ownFolder = '\0';
/** Stands for `__FILE__`, a file in that folder: a `..` after it leads to the folder. */
const ownFile = `${ownFolder}/self`;

export function pathOf(node: SyntaxNode): StatedPath {
  const path = evaluate(node);
  if (path === null) return { specifier: node.text.slice(0, 200), detail: 'computed' };
  if (!path.startsWith(ownFolder)) return { specifier: path, detail: '' };
  return { specifier: path.slice(ownFolder.length).replace(/^\/+/, ''), detail: 'own' };
}

function evaluate(node: SyntaxNode): string | null {
  if (node.type === 'string') return concat(node.namedChildren.map(partOf));
  if (node.text === '__dir__') return ownFolder;
  if (node.text === '__FILE__') return ownFile;
  if (node.type === 'parenthesized_statements' || node.type === 'interpolation') {
    const [only] = node.namedChildren;
    return only === undefined ? null : evaluate(only);
  }
  if (node.type === 'binary' && node.children.some(({ type }) => type === '+')) {
    const sides = [node.childForFieldName('left'), node.childForFieldName('right')];
    return concat(sides.map((side) => (side === null ? null : evaluate(side))));
  }
  return node.type === 'call' ? evaluateCall(node) : null;
}

function partOf(part: SyntaxNode): string | null {
  if (part.type === 'string_content') return part.text;
  return part.type === 'interpolation' ? evaluate(part) : null;
}

function concat(parts: readonly (string | null)[]): string | null {
  return parts.includes(null) ? null : parts.join('');
}

/** Evaluates `File.expand_path`, `File.join`, `File.dirname` and `File.realpath`. */
function evaluateCall(call: SyntaxNode): string | null {
  if (call.childForFieldName('receiver')?.text !== 'File') return null;
  const method = call.childForFieldName('method')?.text;
  const given = (call.childForFieldName('arguments')?.namedChildren ?? []).map(evaluate);
  if (given.length === 0 || given.includes(null)) return null;
  const values = given as string[];
  const [first = '', second] = values;
  if (method === 'join') return values.join('/');
  if (method === 'dirname') return first.startsWith(ownFolder) ? `${first}/..` : null;
  if (method === 'realpath') return first;
  if (method !== 'expand_path' && method !== 'absolute_path') return null;
  return second === undefined || first.startsWith(ownFolder) ? first : `${second}/${first}`;
}
