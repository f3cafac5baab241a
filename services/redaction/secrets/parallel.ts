/**
 * Reads assignments of several values at once, as in Go, Python, Ruby, Lua and JavaScript: a name
 * and its value have the same place in their lists.
 */
import { lineAfter, lineBefore } from '../line.ts';
import type { Name } from './judging/names.ts';

const name = String.raw`[@$]?[A-Za-z_][\w.]{0,60}(?:[ \t]?:[ \t]?\w{1,20})?`;
const string = String.raw`(?:[bBrRuUf]?"[^"\\\r\n]{0,512}"|[bBrRuUf]?'[^'\\\r\n]{0,512}'|\x60[^\x60\r\n]{0,512}\x60)`;
/** A string, or an expression without brackets, quotes and commas, or one plain call. */
const value = String.raw`(?:${string}|[\w.+-]{1,60}(?:\([^()\r\n]{0,80}\)|\[[^[\]\r\n]{0,80}\])?)`;
const list = (of: string) => String.raw`${of}(?:,[ \t]{0,4}${of}){1,8}`;
const assignment = new RegExp(
  [
    String.raw`^[ \t]{0,40}(?:(?:let|const|var|val|local|my|final)[ \t]{1,4})?[[({]?[ \t]?`,
    String.raw`(?<names>${list(name)})[ \t]?[\])}]?[ \t]{0,8}:?=[ \t]{0,8}[[({]?[ \t]?`,
    `(?<values>${list(value)})`,
  ].join(''),
  'd',
);
const oneValue = new RegExp(value, 'g');

interface Range {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The string that is assigned to a name among others; null if it stands in no such list. */
export function parallelString(text: string, { start, end }: Name): Range | null {
  // Most names stand in no list at all, and their lines need not be read.
  if (
    !/^[ \t]?,/.test(text.slice(end, end + 2)) &&
    !/,[ \t]?[@$]?$/.test(text.slice(Math.max(0, start - 3), start))
  ) {
    return null;
  }
  const before = lineBefore(text, start);
  const line = before + text.slice(start, end) + lineAfter(text, end);
  if (!line.includes(',') || !line.includes('=')) return null;
  const { groups, indices } = assignment.exec(line) ?? {};
  const [namesFrom = 0, namesTo = 0] = indices?.groups?.names ?? [];
  if (groups === undefined || before.length < namesFrom || before.length >= namesTo) return null;
  const place = line.slice(namesFrom, before.length).split(',').length - 1;
  const found = [...(groups.values ?? '').matchAll(oneValue)][place];
  const opening = /^[a-zA-Z]?["'`]/.exec(found?.[0] ?? '')?.[0];
  if (found === undefined || opening === undefined) return null;
  const inner = found[0].slice(opening.length, -1);
  const valuesFrom = indices?.groups?.values?.[0] ?? 0;
  const at = start - before.length + valuesFrom + found.index + opening.length;
  return { start: at, end: at + inner.length, text: inner };
}
