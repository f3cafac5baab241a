/**
 * Reads the names that a file uses, for languages where a name alone makes a dependency. The tree
 * tells the identifiers. The characters around an identifier tell its use, which is much cheaper
 * than asking each node for its parent. Runs in the parser children.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { SyntaxNode } from '../syntax/syntax-node.ts';

/** One identifier where it stands. */
export interface Occurrence {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Last character before it that is no white space; '' at the start of the text. */
  readonly before: string;
  /** Whether it comes after a dot or `::`, as a member of the expression before. */
  readonly isSelected: boolean;
  /** Whether the expression before is just the previous occurrence: `b` in `a.b`. */
  readonly isJoined: boolean;
  /** Two characters, from the next one that is no white space. */
  readonly after: string;
}

/** The occurrences at `nodes` of a tree, which come in the order of the text. */
export function readOccurrences(
  root: SyntaxNode,
  source: string,
  nodes: readonly SyntaxNode[],
): Occurrence[] {
  const occurrences: Occurrence[] = [];
  // Without comments: the dot that ends a sentence must not make the next name a member.
  const text = withoutComments(root, source);
  let previousEnd = -1;
  for (const { startIndex: start, endIndex: end } of nodes) {
    if (end <= start || start < previousEnd) continue;
    const at = skipBack(text, start);
    const before = text[at] ?? '';
    // `1..n` and `..base` are ranges; `A::b` selects, `::b` and `x :: xs` do not.
    const isSelected =
      before === '.'
        ? text[at - 1] !== '.'
        : before === ':' && at === start - 1 && isOwned(text, at);
    occurrences.push({
      name: text.slice(start, end).replaceAll('`', ''),
      start,
      end,
      before,
      isSelected,
      isJoined: isSelected && skipBack(text, at) === previousEnd - 1,
      after: following(text, end),
    });
    previousEnd = end;
  }
  return occurrences;
}

const comments = ['comment', 'line_comment', 'block_comment', 'multiline_comment'];

/** The text, equally long, with comments blanked. */
function withoutComments(root: SyntaxNode, text: string): string {
  let code = '';
  for (const { startIndex, endIndex } of root.descendantsOfType(comments)) {
    if (startIndex < code.length) continue;
    code += text.slice(code.length, startIndex) + ' '.repeat(endIndex - startIndex);
  }
  return code + text.slice(code.length);
}

function isOwned(text: string, at: number): boolean {
  return /[\w>)?]::$/.test(text.slice(Math.max(0, at - 2), at + 1));
}

const space = /\s/;

/** Index of the last character before a position that is no white space. */
function skipBack(text: string, position: number): number {
  let at = position - 1;
  while (at >= 0 && space.test(text[at] ?? '')) at -= 1;
  return at;
}

function following(text: string, position: number): string {
  let at = position;
  while (at < text.length && space.test(text[at] ?? '')) at += 1;
  return text.slice(at, at + 2);
}

/** Whether one of some keywords stands right before a name, such as the `val` that binds it. */
export function isAfterKeyword(text: string, start: number, keywords: RegExp): boolean {
  return keywords.test(text.slice(Math.max(0, start - 12), start));
}

/** No package or nested type is deeper than this. */
const segmentsMax = 8;

/**
 * The names that the resolver looks up: `Name`, `a.b.Name` and, for a name after a dot, `.name`.
 * `isBinding` tells the occurrences that introduce a name; it is the file's own everywhere then.
 * `loose` are names that are used inside text.
 */
export function usesOf(
  occurrences: readonly Occurrence[],
  isBinding: (occurrence: Occurrence) => boolean,
  loose: Iterable<string> = [],
): Set<string> {
  const bound = new Set<string>();
  const binding = new Set(occurrences.filter(isBinding));
  for (const { name, isSelected } of binding) if (!isSelected) bound.add(name);
  const uses = new Set<string>();
  let chain: string[] = [];
  const close = () => {
    if (chain.length > 0 && !bound.has(chain[0] ?? '')) uses.add(chain.join('.'));
    chain = [];
  };
  for (const occurrence of occurrences) {
    const { name, isSelected, isJoined } = occurrence;
    if (!isJoined) close();
    if (binding.has(occurrence)) continue;
    if (isSelected) uses.add(`.${name}`);
    if (isJoined && chain.length > 0 && chain.length < segmentsMax) chain.push(name);
    else if (!isSelected) chain = [name];
  }
  close();
  for (const name of loose) if (!bound.has(name)) uses.add(name);
  return uses;
}

export function sorted(uses: ReadonlySet<string>): string[] {
  return [...uses].sort(compareText);
}
