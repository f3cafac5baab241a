/**
 * Finds definitions by patterns on single lines, for a file that its parser could not read. Derives
 * nesting and ends from indentation. Linear in the text; finds no dependencies. Pure.
 */
import type { Definition } from '../facts/facts.ts';
import { commentText, firstSentence, signatureOf } from '../syntax/text.ts';
import { keywordKinds, type LineFamily, lineFamilyOf } from './line-patterns.ts';

/** No definition starts further to the right. */
const columnsMax = 300;
const signatureLinesMax = 8;
const docLinesMax = 40;

/** Kinds whose inner definitions are listed; definitions inside a function are not. */
const containers = new Set(['class', 'interface', 'trait', 'struct', 'enum', 'module']);

interface Open {
  readonly index: number;
  readonly indent: number;
  readonly name: string;
  readonly kind: string;
}

interface Outline {
  readonly found: Definition[];
  /** The definitions around the current line, outermost first. */
  readonly open: Open[];
  /** The last row above the current line that is not blank. */
  lastRow: number;
}

interface Line {
  readonly row: number;
  readonly indent: number;
  readonly text: string;
}

/** At most `countMax` definitions in source order; none for a language without patterns. */
export function outlineByLines(text: string, language: string, countMax: number): Definition[] {
  const family = lineFamilyOf(language);
  if (family === null) return [];
  const lines = text.split('\n');
  const outline: Outline = { found: [], open: [], lastRow: 0 };
  const { found, open } = outline;
  for (const [row, whole] of lines.entries()) {
    const line = whole.length > columnsMax ? whole.slice(0, columnsMax) : whole;
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    const comments = family.comment.test(line);
    if (!comments) closeUpTo(outline, { row, indent, text: line });
    outline.lastRow = row;
    if (comments || found.length >= countMax) continue;
    const outer = open.at(-1);
    if (outer !== undefined && !containers.has(outer.kind)) continue;
    const reopened = family.reopens?.exec(line)?.groups?.name;
    if (reopened !== undefined) open.push({ index: -1, indent, name: reopened, kind: 'class' });
    const match = reopened === undefined ? firstMatch(family, line) : null;
    if (match === null) continue;
    const { name = '', keyword = '', owner } = match.groups ?? {};
    const kind = kindOf(keyword, owner !== undefined || isMember(outer));
    open.push({ index: found.length, indent, name, kind });
    found.push({
      name: name.slice(0, 200),
      kind,
      signature: signatureAt(lines, row, line.indexOf(name, match.index) + name.length, family),
      startLine: row + 1,
      endLine: row + 1,
      parent: owner ?? outer?.name ?? null,
      doc: docAboveLine(lines, row, family),
      exported: family.isExported(name, line),
    });
  }
  for (const { index } of open) endAt(found, index, outline.lastRow + 1);
  return found;
}

function firstMatch(family: LineFamily, line: string): RegExpExecArray | null {
  for (const pattern of family.patterns) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return null;
}

function isMember(outer: Open | undefined): boolean {
  return outer !== undefined && outer.kind !== 'module';
}

function kindOf(keyword: string, member: boolean): string {
  const kind = keywordKinds.get(keyword) ?? 'function';
  if (!member) return kind;
  if (kind === 'function') return 'method';
  return kind === 'constant' || kind === 'variable' ? 'field' : kind;
}

/** Ends the definitions indented as deep as this line or deeper; a closing line belongs to them. */
function closeUpTo({ found, open, lastRow }: Outline, line: Line): void {
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    if (last.indent < line.indent) return;
    const level = last.indent === line.indent;
    if (level && goesOn(last, line.text)) return;
    const closes = level && /^\s*(?:[}\])]|end\b)/.test(line.text);
    endAt(found, last.index, (closes ? line.row : lastRow) + 1);
    open.pop();
  }
}

/** Whether a line continues a definition: preprocessor, opening brace, rest of a signature. */
function goesOn(last: Open, line: string): boolean {
  if (/^\s*(?:\{|where\b)|^\s*\).*[{:]\s*$/.test(line)) return true;
  return last.kind !== 'macro' && /^\s*#/.test(line);
}

function endAt(found: Definition[], index: number, line: number): void {
  const symbol = found[index];
  if (symbol === undefined) return;
  found[index] = { ...symbol, endLine: Math.max(symbol.startLine, line) };
}

/** The text from the definition's line to its body; spans lines while brackets are open. */
function signatureAt(
  lines: readonly string[],
  row: number,
  from: number,
  { colonEnds }: LineFamily,
): string {
  let text = '';
  let depth = 0;
  for (const line of lines.slice(row, row + signatureLinesMax)) {
    const part = line.slice(0, columnsMax);
    for (let at = text === '' ? from : 0; at < part.length; at += 1) {
      const character = part[at] ?? '';
      if (character === '(' || character === '[') depth += 1;
      else if (character === ')' || character === ']') depth -= 1;
      const ends = character === '{' || (colonEnds === true && character === ':');
      if (ends && depth <= 0) return signatureOf(`${text} ${part.slice(0, at)}`);
    }
    text += ` ${part}`;
    if (depth <= 0) break;
  }
  return signatureOf(text.replace(/;\s*$/, ''));
}

function docAboveLine(lines: readonly string[], row: number, family: LineFamily): string | null {
  let first = row;
  while (first > 0 && row - first < docLinesMax && isDocLine(lines[first - 1] ?? '', family)) {
    first -= 1;
  }
  const above = lines.slice(first, row).filter((line) => family.comment.test(line));
  if (above.length === 0) return null;
  const text = commentText(above.map((line) => line.slice(0, columnsMax)).join('\n'));
  return /^(?:copyright|licen[sc]ed|spdx-)/i.test(text) ? null : firstSentence(text);
}

/** Comments, and the attributes and decorators that may stand between them and the definition. */
function isDocLine(line: string, family: LineFamily): boolean {
  return family.comment.test(line.slice(0, columnsMax)) || /^\s*(?:@\w|#\[)/.test(line);
}
