/**
 * The table of languages: one row for each that the project knows, whoever asks about it. Nothing
 * else lists endings, names or comments of languages.
 */
import { listedRows } from './listed.ts';
import { type ParsedLanguageName, parsedRows } from './parsed.ts';
import type { LanguageRow, ParsedLanguageRow } from './row.ts';

export { type ParsedLanguageName, parsedRows } from './parsed.ts';
export type { LanguageRow, ParsedLanguageRow, StringReach } from './row.ts';

export const languageRows: readonly LanguageRow[] = [...parsedRows, ...listedRows];

const byName = rowsBy(({ name }) => [name]);
const byFileName = rowsBy(({ fileNames }) => fileNames);
const byExtension = rowsBy(({ extensions }) => extensions);
const byInterpreter = rowsBy(({ interpreters }) => interpreters);
const parsedByName = new Map<string, ParsedLanguageRow>(parsedRows.map((row) => [row.name, row]));

function rowsBy(keys: (row: LanguageRow) => readonly string[]): ReadonlyMap<string, LanguageRow> {
  return new Map(languageRows.flatMap((row) => keys(row).map((key) => [key, row] as const)));
}

/** The row of a name as extract gives it. */
export function rowNamed(name: string): LanguageRow | undefined {
  return byName.get(name);
}

/** Undefined for a language that extract lists and does not parse. */
export function parsedRowNamed(name: string): ParsedLanguageRow | undefined {
  return parsedByName.get(name);
}

export function parsedRow(name: ParsedLanguageName): ParsedLanguageRow {
  const row = parsedByName.get(name);
  if (row === undefined) throw new Error(`the table of languages has no row for ${name}`);
  return row;
}

/** What a path says about its language; a header, which may be C or C++, counts as C. */
export function rowOfPath(path: string): LanguageRow | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  // `.profile` is a name, not an ending.
  return byFileName.get(name) ?? (dot > 0 ? byExtension.get(name.slice(dot)) : undefined);
}

/** By the program that a file's first line names. */
export function rowOfInterpreter(program: string): LanguageRow | undefined {
  return byInterpreter.get(program);
}

/** A pattern for any of some marks, the longest first. */
export function anyMark(marks: readonly string[]): string {
  const longest = [...marks].sort((a, b) => b.length - a.length);
  return `(?:${longest.map((mark) => mark.replaceAll(/[^\w\s]/g, '\\$&')).join('|')})`;
}
