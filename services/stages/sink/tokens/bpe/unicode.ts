/**
 * Sets of code points by Unicode property, from a pinned table and not from Node's regular
 * expressions: Node's Unicode version changes, and token boundaries would change with it. Pure.
 */
import { categoryRuns, numericBeyond } from './unicode-table.ts';

/** Sorted, disjoint, half-open ranges: start, end, start, end … */
export type CodePoints = readonly number[];

export const codePointEnd = 0x110000;

/** General categories and the letters that stand for them in the table. */
export const categories = {
  Lu: 'A',
  Ll: 'B',
  Lt: 'C',
  Lm: 'D',
  Lo: 'E',
  Mn: 'F',
  Mc: 'G',
  Me: 'H',
  Nd: 'I',
  Nl: 'J',
  No: 'K',
  Pc: 'L',
  Pd: 'M',
  Ps: 'N',
  Pe: 'O',
  Pi: 'P',
  Pf: 'Q',
  Po: 'R',
  Sm: 'S',
  Sc: 'T',
  Sk: 'U',
  So: 'V',
  Zs: 'W',
  Zl: 'X',
  Zp: 'Y',
  Cc: 'Z',
  Cf: '+',
  Cs: '-',
  Co: '*',
  Cn: '/',
} as const;

/** White_Space; unlike in JavaScript with U+0085 and without U+FEFF. */
export const whiteSpace: CodePoints = [
  0x09, 0x0e, 0x20, 0x21, 0x85, 0x86, 0xa0, 0xa1, 0x1680, 0x1681, 0x2000, 0x200b, 0x2028, 0x202a,
  0x202f, 0x2030, 0x205f, 0x2060, 0x3000, 0x3001,
];

/** A general category such as `Lu`, or a group of them such as `L`; undefined for other names. */
export function property(name: string): CodePoints | undefined {
  const letters = Object.entries(categories)
    .filter(([category]) => category.startsWith(name))
    .map(([, letter]) => letter);
  return name === '' || letters.length === 0 ? undefined : runsOf(new Set(letters));
}

function runsOf(letters: ReadonlySet<string>): CodePoints {
  const ranges: number[] = [];
  let start = 0;
  for (const [, length = '', letter = ''] of categoryRuns.matchAll(/([0-9a-z]+)([^0-9a-z])/g)) {
    const end = start + Number.parseInt(length, 36);
    if (letters.has(letter)) ranges.push(start, end);
    start = end;
  }
  return union([ranges]);
}

/** What Rust's `char::is_numeric` accepts. */
export function numeric(): CodePoints {
  return union([property('N') ?? [], numericBeyond.flatMap((point) => [point, point + 1])]);
}

/** Letters in circles and squares, which Unicode calls alphabetic and the categories symbols. */
const enclosedLetters: CodePoints = [
  0x24b6, 0x24ea, 0x1f130, 0x1f14a, 0x1f150, 0x1f16a, 0x1f170, 0x1f18a,
];

/** What Rust's regular expressions take for a part of a word, `\w`. */
export function word(): CodePoints {
  const joiners = [0x200c, 0x200e];
  const named = ['L', 'M', 'Nd', 'Nl', 'Pc'].map((name) => property(name) ?? []);
  return union([...named, enclosedLetters, joiners]);
}

export function union(sets: readonly CodePoints[]): CodePoints {
  const pairs: [number, number][] = [];
  for (const set of sets) {
    for (let at = 0; at < set.length; at += 2) pairs.push([set[at] ?? 0, set[at + 1] ?? 0]);
  }
  pairs.sort(([a], [b]) => a - b);
  const merged: number[] = [];
  for (const [start, end] of pairs) {
    const last = merged.at(-1);
    if (last === undefined || start > last) merged.push(start, end);
    else if (end > last) merged[merged.length - 1] = end;
  }
  return merged;
}

export function complement(set: CodePoints): CodePoints {
  const bounds = set[0] === 0 ? set.slice(1) : [0, ...set];
  return bounds.at(-1) === codePointEnd ? bounds.slice(0, -1) : [...bounds, codePointEnd];
}

export function has(set: CodePoints, point: number): boolean {
  let [low, high] = [0, set.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle] ?? 0) <= point) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

export function intersects(a: CodePoints, b: CodePoints): boolean {
  return union([complement(a), complement(b)]).join() !== `0,${codePointEnd}`;
}
