/**
 * Reads names out of the text at positions that the tree gives. Asking the parser for a node's end,
 * parts or parent costs several times as much as reading the text.
 */

/** A name in most languages; letters beyond ASCII count as part of it. */
export const word = String.raw`[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*`;
/** Names between commas. */
export const wordList = String.raw`${word}(?:\s*,\s*${word})*`;
/** White space and comments between two tokens. */
export const gap = String.raw`(?:\s|//.*\n|/\*[^]*?\*/)*`;

const wordThere = new RegExp(word, 'y');

/** The name that begins at a place; '' where none does. */
export function wordAt(text: string, start: number): string {
  wordThere.lastIndex = start;
  return wordThere.test(text) ? text.slice(start, wordThere.lastIndex) : '';
}

/**
 * Calls `visit` with each word of a piece of code; far cheaper than a regular expression. Numbers
 * are no words, and neither is a name right after a dot, unless the dot ends an ellipsis.
 */
export function eachWord(code: string, visit: (word: string, start: number) => void): void {
  for (let at = 0; at < code.length; at += 1) {
    const start = at;
    const first = code.charCodeAt(at);
    if (!isWordPart(first)) continue;
    while (isWordPart(code.charCodeAt(at + 1))) at += 1;
    const isNumber = first >= 0x30 && first <= 0x39;
    const isSelected = code[start - 1] === '.' && code[start - 2] !== '.';
    if (!isNumber && !isSelected) visit(code.slice(start, at + 1), start);
  }
}

/** Whether a code unit is a letter, a digit, `_`, `$` or beyond ASCII; NaN, at the end, is not. */
function isWordPart(unit: number): boolean {
  if (unit >= 0x61) return unit <= 0x7a || unit >= 0x80;
  return (
    (unit >= 0x41 && unit <= 0x5a) ||
    unit === 0x5f ||
    (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x24
  );
}

/** The text with every match of a pattern replaced by as many spaces. */
export function blank(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (found) => ' '.repeat(found.length));
}

/** Groups of a sticky pattern at a place; empty where it does not match. */
export function groupsAt(pattern: RegExp, text: string, start: number): (string | undefined)[] {
  pattern.lastIndex = start;
  return pattern.exec(text)?.slice(1) ?? [];
}

const space = /\s/;

/** Index of the last non-space character before a position; -1 if there is none. */
export function lastBefore(text: string, start: number): number {
  let at = start - 1;
  while (at >= 0 && space.test(text[at] ?? '')) at -= 1;
  return at;
}

/** Index of the first non-space character from a position on. */
export function firstFrom(text: string, start: number): number {
  let at = start;
  while (at < text.length && space.test(text[at] ?? '')) at += 1;
  return at;
}
