/**
 * Masks comments and string contents of source text without parsing it, position for position, so
 * that cheap patterns over the mask are not fooled by prose, and the text of a match is found.
 */

/** Stands for a character inside a string. */
export const stringFiller = '\u00b7';

export interface CodeLine {
  /** From 1. */
  readonly number: number;
  readonly raw: string;
  /** Same length as `raw`: comments are spaces, string contents are fillers. */
  readonly masked: string;
  readonly indent: number;
}

/** Longer lines are data, not code; patterns skip them. */
const lineCharactersMax = 400;

const hashComments = new Set(
  'python ruby bash shell sh yaml toml perl r make makefile dockerfile elixir cmake'.split(' '),
);
const quotedWithApostrophe = new Set(
  'python javascript typescript tsx jsx ruby php bash shell sh perl yaml toml'.split(' '),
);
const withRegex = new Set(['javascript', 'typescript', 'tsx', 'jsx']);

export function scanLines(text: string, language: string): CodeLine[] {
  const raw = text.split('\n');
  const masked = maskText(text, language).split('\n');
  const lines: CodeLine[] = [];
  for (const [index, line] of raw.entries()) {
    const mask = masked[index] ?? '';
    if (line.length > lineCharactersMax || mask.trim() === '') continue;
    const indent = mask.length - mask.trimStart().length;
    lines.push({ number: index + 1, raw: line, masked: mask, indent });
  }
  return lines;
}

export function maskText(text: string, language: string): string {
  const opening = /"""|'''|["'`]|\/\/|\/\*|\/|#/g;
  const pieces: string[] = [];
  let cursor = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const start = match.index;
    const span = spanAt(text, start, match[0], language);
    if (span === null) continue;
    pieces.push(text.slice(cursor, start));
    pieces.push(
      span.comment
        ? fill(text.slice(start, span.end), ' ')
        : fillString(text.slice(start, span.end)),
    );
    cursor = span.end;
    opening.lastIndex = span.end;
  }
  pieces.push(text.slice(cursor));
  return pieces.join('');
}

interface Span {
  readonly end: number;
  readonly comment: boolean;
}

function spanAt(text: string, start: number, token: string, language: string): Span | null {
  if (token === '//') return hashComments.has(language) ? null : commentTo(text, start, '\n');
  if (token === '#') return hashComments.has(language) ? commentTo(text, start, '\n') : null;
  if (token === '/*') return hashComments.has(language) ? null : commentTo(text, start, '*/');
  if (token === '/') return withRegex.has(language) ? regexSpan(text, start) : null;
  if (token.length === 3 && language === 'python') return tripleSpan(text, start, token);
  const quoteMark = token[0] ?? '"';
  if (quoteMark === "'" && !quotedWithApostrophe.has(language)) return characterSpan(text, start);
  if (quoteMark === '`') return longStringSpan(text, start, '`');
  if (quoteMark === '"' && language === 'rust') return rustSpan(text, start);
  return stringSpan(text, start, quoteMark);
}

function commentTo(text: string, start: number, end: string): Span {
  const at = text.indexOf(end, start + 1);
  return { end: at < 0 ? text.length : end === '\n' ? at : at + end.length, comment: true };
}

function stringSpan(text: string, start: number, mark: string): Span {
  let cursor = start + 1;
  while (cursor < text.length) {
    const character = text[cursor];
    if (character === '\\') cursor += 1;
    else if (character === mark) return { end: cursor + 1, comment: false };
    else if (character === '\n') return { end: cursor, comment: false };
    cursor += 1;
  }
  return { end: text.length, comment: false };
}

/** Rust strings run over lines; raw ones end at a quote and as many hashes as they began with. */
function rustSpan(text: string, start: number): Span {
  const hashes = /r(#*)$/.exec(text.slice(Math.max(0, start - 8), start))?.[1];
  if (hashes !== undefined) {
    const closing = `"${hashes}`;
    return { end: endOf(text, text.indexOf(closing, start + 1), closing.length), comment: false };
  }
  return longStringSpan(text, start, '"');
}

/** A string that may run over lines, up to its unescaped closing mark. */
function longStringSpan(text: string, start: number, mark: string): Span {
  let cursor = start + 1;
  while (cursor < text.length && text[cursor] !== mark) cursor += text[cursor] === '\\' ? 2 : 1;
  return { end: Math.min(cursor + 1, text.length), comment: false };
}

/** A docstring stands where a statement begins; any other triple quote is a string. */
function tripleSpan(text: string, start: number, token: string): Span {
  const end = endOf(text, text.indexOf(token, start + 3), 3);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  return { end, comment: /^\s*[rRuU]?$/.test(text.slice(lineStart, start)) };
}

function characterSpan(text: string, start: number): Span | null {
  const match = /^'(?:\\[^'\n]{1,8}|\\'|[^'\\\n])'/.exec(text.slice(start, start + 12));
  return match === null ? null : { end: start + match[0].length, comment: false };
}

function regexSpan(text: string, start: number): Span | null {
  const before = text.slice(Math.max(0, start - 20), start).trimEnd();
  if (before !== '' && !/(?:[(,=:[!&|?{};>]|\breturn)$/.test(before)) return null;
  const pattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  return match === null ? null : { end: start + match[0].length, comment: false };
}

function endOf(text: string, found: number, length: number): number {
  return found < 0 ? text.length : found + length;
}

function fill(text: string, filler: string): string {
  return text.replace(/[^\n]/g, filler);
}

/** Keeps the quotes, so that a pattern can see that a string stands there. */
function fillString(text: string): string {
  if (text.length < 2) return text;
  return (text[0] ?? '') + fill(text.slice(1, -1), stringFiller) + (text.at(-1) ?? '');
}
