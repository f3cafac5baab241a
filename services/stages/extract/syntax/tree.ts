/** Readers of tree-sitter trees that several languages share. Runs in the parser children. */
import type { Definition } from '../facts/facts.ts';
import type { SyntaxNode } from './syntax-node.ts';
import { commentText, firstSentence, signatureOf } from './text.ts';

export interface DefinitionParts {
  readonly node: SyntaxNode;
  readonly name: string;
  readonly kind: string;
  readonly parent: string | null;
  readonly doc: string | null;
  readonly exported: boolean;
  /** Where the signature ends; by default before the body, or at the end of the node. */
  readonly body?: SyntaxNode | null;
}

export function definitionOf(parts: DefinitionParts): Definition {
  const { node } = parts;
  const body = parts.body === undefined ? node.childForFieldName('body') : parts.body;
  const text = body === null ? node.text : node.textTo(body.startIndex);
  return {
    name: parts.name.slice(0, 200),
    kind: parts.kind,
    signature: signatureOf(text.replace(/;\s*$/, '')),
    startLine: node.startPosition.row + 1,
    // A node that ends with a line break ends at column 0 of the next line.
    endLine: Math.max(
      node.startPosition.row + 1,
      node.endPosition.column === 0 ? node.endPosition.row : node.endPosition.row + 1,
    ),
    parent: parts.parent,
    doc: parts.doc,
    exported: parts.exported,
  };
}

/** First sentence of the comments right above a sibling; skips attributes in between. */
export function docAbove(siblings: readonly SyntaxNode[], index: number): string | null {
  const lines: string[] = [];
  let row = siblings[index]?.startPosition.row ?? 0;
  for (let position = index - 1; position >= 0; position -= 1) {
    const node = siblings[position];
    // The type is checked first, because asking for a node's end costs far more.
    const comments = node?.type.includes('comment') === true;
    if (node === undefined || (!comments && node.type !== 'attribute_item')) break;
    if (lastRow(node) < row - 1) break;
    if (comments) {
      const text = lineComment(node) ?? node.text;
      // Stops at Rust's documentation of the enclosing module and at a script's first line.
      if (/^(?:\/\/!|#!)/.test(text)) break;
      // A comment after code on the same line belongs to that code.
      const before = siblings[position - 1];
      if (before !== undefined && lastRow(before) === node.startPosition.row) break;
      lines.unshift(commentText(text));
      if (text.startsWith('/*')) break;
    }
    row = node.startPosition.row;
  }
  const text = lines.join('\n').trim();
  return /^(?:copyright|licen[sc]ed|spdx-|@licen)/i.test(text) ? null : firstSentence(text);
}

function lastRow(node: SyntaxNode): number {
  if (lineComment(node) !== null) return node.startPosition.row;
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}

/** Text of a comment that certainly ends with its line, read without asking the tree. */
function lineComment(node: SyntaxNode): string | null {
  if (!node.type.includes('comment')) return null;
  const line = node.lineFrom;
  // In C a comment continues after a backslash; in PHP `?>` ends it.
  return line.startsWith('//') && !/\\\s*$|\?>/.test(line) ? line : null;
}

/** Share of the text inside ERROR nodes; nested ones count once. */
export function errorRatioOf(root: SyntaxNode, length: number): number {
  if (!root.hasError || length === 0) return 0;
  if (root.type === 'ERROR') {
    // The root itself is an error; its parts that became declarations or comments were read.
    const parts = root.namedChildren.filter(
      (node) =>
        node.type !== 'ERROR' && (node.namedChildCount > 0 || node.type.includes('comment')),
    );
    const read = parts.reduce((sum, node) => sum + node.endIndex - node.startIndex, 0);
    return Math.max(0, 1 - read / length);
  }
  let bad = 0;
  let end = 0;
  for (const node of root.descendantsOfType('ERROR')) {
    if (node.startIndex < end) continue;
    end = node.endIndex;
    bad += end - node.startIndex;
  }
  return Math.min(1, bad / length);
}

/** The nearest ancestor of one of the types; null if there is none. */
export function ancestorOf(node: SyntaxNode, types: ReadonlySet<string>): SyntaxNode | null {
  let current = node.parent;
  while (current !== null && !types.has(current.type)) current = current.parent;
  return current;
}

/** Distinct texts of all nodes of some types. */
export function textsOf(root: SyntaxNode, types: string[]): Set<string> {
  return new Set(root.descendantsOfType(types).map((node) => node.text));
}
