/**
 * Finds tokens by the shapes that their vendors publish. One search finds the marks of all rows;
 * each row then checks the text around its mark. A token extends to its last word character,
 * whatever length the row gives.
 */
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import { isPlaceholderToken, looksRandom } from './judging/values.ts';
import { type VendorShape, vendorShapes } from './vendors.ts';

interface Shape extends VendorShape {
  /** Sticky for a row with a mark, else global. The group `value` is the token. */
  readonly pattern: RegExp;
}

const shapes: readonly Shape[] = vendorShapes.map((row) => ({ ...row, pattern: patternOf(row) }));
const marked = shapes.filter(({ mark }) => mark !== null);
const unmarked = shapes.filter(({ mark }) => mark === null);

/** Marks of which no other mark is a prefix. `shapesOf` groups the rows by the stem of the mark. */
const stems = [...new Set(marked.map(({ mark }) => mark ?? ''))].filter(
  (mark, _at, all) => !all.some((other) => other !== mark && mark.startsWith(other)),
);
const shapesOf = new Map(
  stems.map((stem) => [stem, marked.filter(({ mark }) => mark?.startsWith(stem) === true)]),
);
const anyMark = new RegExp(stems.map(RegExp.escape).join('|'), 'y');
const placesOfMarks = redactionPatterns.places(anyMark);
const findUnmarked = redactionPatterns.search(unmarked.map(({ pattern }) => pattern));

function patternOf({ before, mark, after, valueOnly }: VendorShape): RegExp {
  if (mark === null) {
    const first = String.raw`(?<!(?<!\\)[A-Za-z0-9])`;
    const behind = before === undefined ? first : `(?<=${first}(?<before>${before}))`;
    return new RegExp(`${behind}(?<value>${after})`, 'dg');
  }
  const start = before === undefined ? '' : `(?<=(?<before>${before}))`;
  const literal = RegExp.escape(mark);
  if (valueOnly) return new RegExp(`${start}${literal}(?<value>${after})`, 'dy');
  return new RegExp(`${start}(?<value>${literal}${after})`, 'dy');
}

export function findShapes(_path: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  let taken = 0;
  for (const index of placesOfMarks(text)) {
    // No second token within a token matters.
    if (index < taken) continue;
    anyMark.lastIndex = index;
    const stem = anyMark.exec(text)?.[0];
    const found = stem === undefined ? null : findAt(text, index, shapesOf.get(stem) ?? []);
    if (found === null) continue;
    findings.push(found);
    taken = found.end;
  }
  for (const [row, matches] of findUnmarked(text).entries()) {
    const { name, weak } = unmarked[row] as Shape;
    for (const { indices } of matches) {
      const [at, end] = indices?.groups?.value ?? [0, 0];
      const [from] = indices?.groups?.before ?? [at];
      const start = behindEscape(text, from);
      if (weak && !looksRandom(text.slice(start, end))) continue;
      findings.push(secret(start, tokenEnd(text, end), name));
    }
  }
  return findings;
}

/** Returns the longest token of any row whose mark is at the index; null if there is none. */
function findAt(text: string, index: number, rows: readonly Shape[]): Finding | null {
  let longest: Finding | null = null;
  for (const { name, before, mark, pattern, weak, valueOnly } of rows) {
    if (mark === null || !text.startsWith(mark, index)) continue;
    pattern.lastIndex = index;
    const groups = pattern.exec(text)?.indices?.groups;
    if (groups?.value === undefined) continue;
    const from = valueOnly ? groups.value[0] : (groups.before ?? groups.value)[0];
    const start = behindEscape(text, from);
    if (!valueOnly && !before?.startsWith('(?<!') && !isTokenStart(text, start)) continue;
    const end = tokenEnd(text, groups.value[1]);
    const chosen = text.slice(start, end).replace(mark, '');
    // What stands before the mark may be a number that counts up, and says nothing of the rest.
    const body = text.slice(groups.value[0] + (valueOnly ? 0 : mark.length), end) || chosen;
    if (isPlaceholderToken(body) || (weak && !looksRandom(chosen))) continue;
    if (longest === null || end > longest.end) longest = secret(start, end, name);
  }
  return longest;
}

/** Whether no letter or digit precedes; the end of an escape such as `\n` does not count. */
function isTokenStart(text: string, start: number): boolean {
  if (!/[A-Za-z0-9]/.test(text.charAt(start - 1))) return true;
  const near = text.slice(Math.max(0, start - 6), start);
  return /\\(?:[abfnrtv0]|x[0-9a-f]{2}|u[0-9a-f]{4})$|%[0-9A-F]{2}$/i.test(near);
}

/** Returns the start without a first letter that belongs to an escape such as `\n`. */
function behindEscape(text: string, start: number): number {
  return text.charAt(start - 1) === '\\' && /[abfnrtv0]/.test(text.charAt(start))
    ? start + 1
    : start;
}

function tokenEnd(text: string, from: number): number {
  let end = from;
  while (/[\w-]/.test(text.charAt(end))) end += 1;
  return end;
}
