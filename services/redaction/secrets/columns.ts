/**
 * Finds secrets in the rows of tables by the names of their columns: in statements of SQL, in dumps
 * of databases, in tables of Markdown and in files of values between commas.
 */
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import { isSecret } from './judging/judge.ts';
import { kindOf, type NameKind, tellingPiece } from './judging/names.ts';
import { isPasswordHash } from './judging/values.ts';

/** A part of the text, from its first character to behind its last. */
type Range = readonly [start: number, end: number];

/** The places of the columns whose names tell that they hold secrets, and the kinds of these. */
type Columns = ReadonlyMap<number, NameKind>;

export function findInColumns(path: string, text: string): Finding[] {
  const [inserts = [], copies = []] = findStatements(text);
  const findings = [...findInInserts(text, inserts), ...findInCopies(text, copies)];
  if (hasRulerCell(text)) findings.push(...findInMarkdown(text));
  if (/\.(?:csv|tsv)$/i.test(path)) findings.push(...findInValues(path, text));
  return findings;
}

function tellingColumns(names: readonly string[]): Columns {
  const columns = new Map<number, NameKind>();
  for (const [place, name] of names.entries()) {
    const bare = name.replace(/\([^)]*\)|[^\p{L}\p{N}_ -]/gu, '').trim();
    if (bare.length > 40 || bare.search(tellingPiece) === -1) continue;
    const kind = isHash(bare) ? 'password' : kindOf(bare.replaceAll(' ', '_'));
    if (kind !== 'nothing') columns.set(place, kind);
  }
  return columns;
}

/** A column of hashes of passwords, from which passwords are guessed. */
function isHash(name: string): boolean {
  return /pass\w*[_ -]?(?:hash|digest)$/i.test(name);
}

const charactersMax = 1_048_576;

const insert = new RegExp(
  [
    String.raw`\b(?:INSERT|REPLACE)\s+(?:\w+\s+){0,2}INTO\s+(?<table>[\w.\x60"[\]]{1,128})\s*`,
    String.raw`(?:\((?<names>[^()]{1,2000})\)\s*(?:OVERRIDING\s+\w+\s+VALUE\s+)?)?VALUES?\s*(?=\()`,
  ].join(''),
  'gi',
);

type Matches = readonly RegExpExecArray[];

function findInInserts(text: string, inserts: Matches): Finding[] {
  let tables: ReadonlyMap<string, readonly string[]> | null = null;
  return inserts.flatMap(({ index, 0: head, groups }) => {
    const { table = '', names } = groups ?? {};
    // A dump that names no columns here has named them where it makes the table.
    if (names === undefined) tables ??= tablesOf(text);
    const columns = tellingColumns(names?.split(',') ?? tables?.get(bareName(table)) ?? []);
    return columns.size === 0 ? [] : findInRows(text, index + head.length, columns);
  });
}

const create = /\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?<table>[\w.\x60"[\]]{1,128})\s*\(/gi;
/** A column's definition begins a line or follows a comma; what begins a key is no column. */
const column = /[ \t]*(?<name>[`"[]?\w{1,64}[`"\]]?)[ \t]+[^,()\r\n]{0,120}/y;
const notColumn = /^(?:PRIMARY|KEY|UNIQUE|INDEX|CONSTRAINT|FOREIGN|FULLTEXT|CHECK|SPATIAL)$/i;
const columnsMax = 1000;

/** The names of the columns of every table that the text makes, by the name of the table. */
function tablesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, readonly string[]>();
  for (const { index, 0: head, groups } of text.matchAll(create)) {
    const names: string[] = [];
    let at = index + head.length;
    while (names.length < columnsMax) {
      at += /^\s*/.exec(text.slice(at, at + 200))?.[0].length ?? 0;
      column.lastIndex = at;
      const name = column.exec(text)?.groups?.name;
      if (name === undefined || notColumn.test(name)) break;
      names.push(name);
      at = endOfColumn(text, column.lastIndex);
      if (text.charAt(at) !== ',') break;
      at += 1;
    }
    tables.set(bareName(groups?.table ?? ''), names);
  }
  return tables;
}

/** The comma or bracket that ends a definition; types and strings may hold others. */
const rest = /(?:[^,()'"]|'[^']{0,400}'|"[^"]{0,400}"|\([^()]{0,400}\)){0,400}/y;

function endOfColumn(text: string, from: number): number {
  rest.lastIndex = from;
  return rest.test(text) ? rest.lastIndex : from;
}

function bareName(table: string): string {
  return table
    .replace(/[`"[\]]/g, '')
    .replace(/^.*\./, '')
    .toLowerCase();
}

/** One value of a row: a string with doubled or escaped quotes, or up to the next comma. */
const sqlString = String.raw`(?:N|E|_\w+\s*)?\\?'(?<single>(?:[^'\\]|''|\\[\s\S]){0,4096}?)\\?'`;
const sqlIdentifier = String.raw`\\?"(?<double>(?:[^"\\]|\\.){0,4096}?)\\?"`;
const sqlCall = String.raw`\((?:[^()'"]|'[^']*'|"[^"]*"){0,400}\)`;
const sqlOther = String.raw`[^,()'"]{0,200}(?:${sqlCall})?[^,()'"]{0,40}`;
const sqlValue = new RegExp(
  String.raw`\s*(?:${sqlString}|${sqlIdentifier}|${sqlOther})\s*(?<end>[,)])`,
  'dy',
);

/** Reads rows of values, `(…), (…)`, up to the first text that is no row. */
function findInRows(text: string, from: number, columns: Columns): Finding[] {
  const findings: Finding[] = [];
  const rowStart = /\s*,?\s*\(/y;
  rowStart.lastIndex = from;
  while (rowStart.lastIndex - from < charactersMax && rowStart.test(text)) {
    let at = rowStart.lastIndex;
    for (let place = 0, end = ','; end === ','; place += 1) {
      sqlValue.lastIndex = at;
      const match = sqlValue.exec(text);
      if (match === null) return findings;
      const { single, double } = match.indices?.groups ?? {};
      const range = single ?? double;
      if (range !== undefined) findings.push(...judged(text, range, columns.get(place)));
      at = sqlValue.lastIndex;
      end = match.groups?.end ?? ')';
    }
    rowStart.lastIndex = at;
  }
  return findings;
}

const copy = /^COPY\s+[\w."]{1,128}\s*\((?<names>[^()]{1,2000})\)\s+FROM\s+stdin[^\n]{0,80}\n/gim;

const findStatements = redactionPatterns.search([insert, copy]);

/** PostgreSQL's dumps: rows of values between tabs, up to the line `\.`. */
function findInCopies(text: string, copies: Matches): Finding[] {
  return copies.flatMap(({ index, 0: head, groups }) => {
    const columns = tellingColumns((groups?.names ?? '').split(','));
    const end = text.indexOf('\n\\.', index);
    if (columns.size === 0 || end === -1) return [];
    return linesOf(text, index + head.length, end).flatMap((line) =>
      findInLine(text, cellsOf(text, line, '\t'), columns),
    );
  });
}

/** The line between the head and the rows of a table. */
const ruler = new RegExp(
  [
    String.raw`^[ \t]{0,200}\|?(?:[ \t]{0,200}:?-{1,200}:?[ \t]{0,200}\|){1,40}`,
    String.raw`(?:[ \t]{0,200}:?-{1,200}:?[ \t]{0,200})?\r?$`,
  ].join(''),
  'gm',
);
/** Every line may begin a ruler, and few hold this. */
const hasRulerCell = redactionPatterns.has(/-:?[ \t]{0,200}\|/);

function findInMarkdown(text: string): Finding[] {
  return [...text.matchAll(ruler)].flatMap(({ index, 0: line }) => {
    const head: Range = [text.lastIndexOf('\n', index - 2) + 1, Math.max(0, index - 1)];
    const columns = tellingColumns(cellsOf(text, head, '|').map((cell) => text.slice(...cell)));
    if (columns.size === 0) return [];
    const findings: Finding[] = [];
    for (const row of linesOf(text, index + line.length + 1, index + charactersMax)) {
      if (!text.slice(...row).includes('|')) break;
      findings.push(...findInLine(text, cellsOf(text, row, '|'), columns));
    }
    return findings;
  });
}

/** Files of values between commas, semicolons or tabs, the first line of which holds the names. */
function findInValues(path: string, text: string): Finding[] {
  const [head, ...rows] = linesOf(text, 0, text.length);
  if (head === undefined) return [];
  const names = text.slice(...head);
  const comma = names.includes(';') ? ';' : ',';
  const separator = path.toLowerCase().endsWith('.tsv') || names.includes('\t') ? '\t' : comma;
  const columns = tellingColumns(names.split(separator));
  if (columns.size === 0) return [];
  return rows.flatMap((row) => findInLine(text, cellsOf(text, row, separator), columns));
}

function linesOf(text: string, from: number, to: number): readonly Range[] {
  const lines: Range[] = [];
  for (let start = from; start < Math.min(to, text.length); ) {
    const end = text.indexOf('\n', start);
    lines.push([start, end === -1 ? text.length : end]);
    if (end === -1) break;
    start = end + 1;
  }
  return lines;
}

/** Splits a line; quotes protect a separator, and the bars around a row make no cells. */
function cellsOf(text: string, [start, end]: Range, separator: string): readonly Range[] {
  const cells: Range[] = [];
  const protect = separator === '|' || separator === '\t' ? '' : '"';
  let from = start;
  let isProtected = false;
  for (let at = start; at <= end; at += 1) {
    const character = at === end ? separator : text.charAt(at);
    if (character === protect) isProtected = !isProtected;
    if (at < end && (character !== separator || isProtected)) continue;
    if (separator === '|' && text.charAt(at - 1) === '\\') continue;
    const isEdge = separator === '|' && text.slice(from, at).trim() === '' && from === start;
    if (!isEdge) cells.push([from, at]);
    from = at + 1;
  }
  return cells;
}

function findInLine(text: string, cells: readonly Range[], columns: Columns): readonly Finding[] {
  return cells.flatMap((cell, place) => judged(text, cell, columns.get(place)));
}

/** The value of the cell, without quotes and marks around it, if it is a secret of its column. */
function judged(text: string, [from, to]: Range, kind: NameKind = 'nothing'): readonly Finding[] {
  if (kind === 'nothing') return [];
  const cell = text.slice(from, to);
  const start = from + (/^[\s"'`*_]*/.exec(cell)?.[0].length ?? 0);
  const end = to - (/[\s"'`*_]*$/.exec(cell)?.[0].length ?? 0);
  const value = text.slice(start, end);
  if (start >= end || !(isSecret({ text: value }, kind) || isPasswordHash(value))) return [];
  return [secret(start, end, 'column')];
}
