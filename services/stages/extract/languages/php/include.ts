/** The path that a PHP include names, as far as the source states it. */
import type { SyntaxNode } from '../../syntax/syntax-node.ts';

/** A path and its start: the file's own folder, the include path, or unknown. */
export interface IncludePath {
  readonly specifier: string;
  readonly detail: 'own' | 'search' | 'computed';
}

export function includePath(node: SyntaxNode): IncludePath {
  const path = evaluate(node);
  if (path === null) return { specifier: node.text.slice(0, 200), detail: 'computed' };
  const own = path.startsWith(ownFolder);
  const specifier = own ? path.slice(ownFolder.length).replace(/^\//, '') : path;
  return { specifier, detail: own ? 'own' : 'search' };
}

/** Stands for the folder of the file; no path holds a NUL. */
const ownFolder = '\0';

/** Returns the path; null if it is only known at run time. */
function evaluate(node: SyntaxNode): string | null {
  if (node.type === 'name') return node.text === '__DIR__' ? ownFolder : null;
  if (node.type === 'parenthesized_expression') {
    return node.namedChildren[0] === undefined ? null : evaluate(node.namedChildren[0]);
  }
  if (node.type === 'string' || node.type === 'encapsed_string') {
    const plain = node.namedChildren.every(({ type }) => type === 'string_content');
    return plain ? node.text.slice(1, -1) : null;
  }
  if (node.type === 'binary_expression') {
    const sides = [node.childForFieldName('left'), node.childForFieldName('right')];
    const [left, right] = sides.map((side) => (side === null ? null : evaluate(side)));
    const joins = node.children.some(({ type }) => type === '.');
    return joins && typeof left === 'string' && typeof right === 'string' ? left + right : null;
  }
  return node.type === 'function_call_expression' ? dirname(node) : null;
}

/** Evaluates `dirname(__FILE__)`, `dirname(__DIR__, 2)`, and nested calls of this kind. */
function dirname(call: SyntaxNode): string | null {
  if (!/^\\?dirname$/i.test(call.childForFieldName('function')?.text ?? '')) return null;
  const [path, levels] = call.childForFieldName('arguments')?.namedChildren ?? [];
  const value = path?.namedChildren[0];
  if (value === undefined) return null;
  const count = levels === undefined ? 1 : Number(levels.text);
  if (!Number.isInteger(count) || count < 1 || count > 20) return null;
  const isFile = value.text === '__FILE__';
  const start = isFile ? ownFolder : evaluate(value);
  return start === null ? null : start + '/..'.repeat(isFile ? count - 1 : count);
}
