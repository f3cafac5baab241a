/**
 * Masks comments and string contents of source text without parsing it, position for position, so
 * that cheap patterns over the mask are not fooled by prose, and the text of a match is found.
 */
import {
  anyMark,
  type LanguageRow,
  rowNamed,
  type StringReach,
} from '../../../../schemas/languages/languages.ts';
import { withLineFeeds } from '../../../../schemas/lines.ts';

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

export function scanLines(whole: string, language: string): CodeLine[] {
  const text = withLineFeeds(whole);
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
  const marks = marksOf(language);
  if (marks === null) return text;
  const { opening, spanAt } = marks;
  const pieces: string[] = [];
  let cursor = 0;
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const start = match.index;
    const span = spanAt.get(match[0])?.(text, start) ?? null;
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

/** The span that a mark opens at this place; null if the mark opens nothing here. */
type SpanAt = (text: string, start: number) => Span | null;

interface Marks {
  /** Finds the next mark of the language. */
  readonly opening: RegExp;
  readonly spanAt: ReadonlyMap<string, SpanAt>;
}

const known = new Map<string, Marks | null>();

/** Null for a language that has neither comments nor strings, and for one without a row. */
function marksOf(language: string): Marks | null {
  const cached = known.get(language);
  if (cached !== undefined) return cached;
  const row = rowNamed(language);
  const marks = row === undefined ? null : readMarks(row);
  known.set(language, marks);
  return marks;
}

function readMarks({ comments, strings }: LanguageRow): Marks | null {
  const spanAt = new Map<string, SpanAt>();
  for (const [mark, reach] of Object.entries(strings)) spanAt.set(mark, stringReaches[reach](mark));
  for (const mark of comments.line) spanAt.set(mark, commentTo('\n'));
  for (const [open, close] of comments.block) spanAt.set(open, commentTo(close));
  for (const mark of comments.except) spanAt.set(mark, () => null);
  if (spanAt.size === 0) return null;
  return { opening: new RegExp(anyMark([...spanAt.keys()]), 'g'), spanAt };
}

const stringReaches: Readonly<Record<StringReach, (mark: string) => SpanAt>> = {
  line: (mark) => (text, start) => stringSpan(text, start, mark),
  lines: (mark) => (text, start) => longStringSpan(text, start, mark),
  raw: (mark) => (text, start) => rawSpan(text, start, mark),
  character: () => characterSpan,
  docstring: (mark) => (text, start) => docstringSpan(text, start, mark),
  hashed: () => hashedSpan,
  pattern: () => patternSpan,
};

/** The line break after a line comment belongs to the code. */
function commentTo(end: string): SpanAt {
  const kept = end === '\n' ? 0 : end.length;
  return (text, start) => ({ end: endOf(text, text.indexOf(end, start + 1), kept), comment: true });
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

/** After `r` and hashes the string ends at a quote and as many hashes; otherwise it is a usual
 * long string. */
function hashedSpan(text: string, start: number): Span {
  const hashes = /r(#*)$/.exec(text.slice(Math.max(0, start - 8), start))?.[1];
  if (hashes !== undefined) {
    const closing = `"${hashes}`;
    return { end: endOf(text, text.indexOf(closing, start + 1), closing.length), comment: false };
  }
  return longStringSpan(text, start, '"');
}

/** A string that may run over lines, up to its unescaped closing mark. */
function longStringSpan(text: string, start: number, mark: string): Span {
  let cursor = start + mark.length;
  while (cursor < text.length && !text.startsWith(mark, cursor)) {
    cursor += text[cursor] === '\\' ? 2 : 1;
  }
  return { end: Math.min(cursor + mark.length, text.length), comment: false };
}

function rawSpan(text: string, start: number, mark: string): Span {
  const end = endOf(text, text.indexOf(mark, start + mark.length), mark.length);
  return { end, comment: false };
}

/** A string at the start of a statement is documentation; anywhere else it is a value. */
function docstringSpan(text: string, start: number, mark: string): Span {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const comment = /^\s*[rRuU]?$/.test(text.slice(lineStart, start));
  return { ...rawSpan(text, start, mark), comment };
}

function characterSpan(text: string, start: number): Span | null {
  const match = /^'(?:\\[^'\n]{1,8}|\\'|[^'\\\n])'/.exec(text.slice(start, start + 12));
  return match === null ? null : { end: start + match[0].length, comment: false };
}

function patternSpan(text: string, start: number): Span | null {
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

/** Keeps the quotes, so that patterns still recognise a string. */
function fillString(text: string): string {
  if (text.length < 2) return text;
  return (text[0] ?? '') + fill(text.slice(1, -1), stringFiller) + (text.at(-1) ?? '');
}
