/**
 * The table of languages: one row for each language that the project knows. It is the only place
 * that lists endings, names or comments of languages.
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

/** The row of the name that extract gives to a language. */
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

/** The language of a file by its path. A `.h` header, which may be C or C++, counts as C. */
export function rowOfPath(path: string): LanguageRow | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  // The dot of `.profile` begins a file name, not an ending.
  return byFileName.get(name) ?? (dot > 0 ? byExtension.get(name.slice(dot)) : undefined);
}

/** The language of a file by the program that its first line (`#!`) names. */
export function rowOfInterpreter(program: string): LanguageRow | undefined {
  return byInterpreter.get(program);
}

/** A pattern that matches any of the marks. The longest is tried first, so that it wins. */
export function anyMark(marks: readonly string[]): string {
  const longest = [...marks].sort((a, b) => b.length - a.length);
  return `(?:${longest.map((mark) => mark.replaceAll(/[^\w\s]/g, '\\$&')).join('|')})`;
}
