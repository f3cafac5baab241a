/**
 * Reads the regular expressions of tokenizer.json: the part of Oniguruma's dialect that they use.
 * Throws UnsupportedPattern for everything else instead of guessing, so that the caller can give
 * the vocabulary to the library that the dialect comes from. Pure.
 */
import {
  type CodePoints,
  codePointEnd,
  complement,
  intersects,
  property,
  union,
  whiteSpace,
} from './unicode.ts';

export type Node =
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly min: number;
      readonly max: number;
      readonly mode: Mode;
    }
  | { readonly kind: 'look'; readonly set: CodePoints; readonly negative: boolean };

type Mode = 'greedy' | 'lazy' | 'possessive';

export class UnsupportedPattern extends Error {}

/** Copies of an item that `{m,n}` may stand for; bounds the automaton. */
const repeatsMax = 64;

const controlEscapes: Readonly<Record<string, number>> = {
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
  a: 0x07,
  e: 0x1b,
};

interface Reader {
  readonly characters: readonly string[];
  at: number;
  ignoreCase: boolean;
}

export function parsePattern(source: string): Node {
  const reader: Reader = { characters: [...source], at: 0, ignoreCase: false };
  const node = readChoice(reader);
  if (reader.at < reader.characters.length) throw unsupported(reader, 'a stray )');
  checkPossessive(node, []);
  return node;
}

/** A pattern that matches exactly this text. */
export function literalPattern(text: string): Node {
  return { kind: 'sequence', items: [...text].map((character) => setOf(pointOf(character))) };
}

export function setOf(point: number): Node {
  return { kind: 'set', set: [point, point + 1] };
}

function readChoice(reader: Reader): Node {
  const options = [readSequence(reader)];
  while (accept(reader, '|')) options.push(readSequence(reader));
  return options.length === 1 && options[0] !== undefined
    ? options[0]
    : { kind: 'choice', options };
}

function readSequence(reader: Reader): Node {
  const items: Node[] = [];
  for (let next = peek(reader); next !== undefined; next = peek(reader)) {
    if (next === '|' || next === ')') break;
    items.push(readRepeats(reader, readAtom(reader)));
  }
  return { kind: 'sequence', items };
}

function readRepeats(reader: Reader, atom: Node): Node {
  let node = atom;
  for (;;) {
    const bounds = readBounds(reader);
    if (bounds === undefined) return node;
    const { min, max, braces } = bounds;
    if (node.kind === 'look') throw unsupported(reader, 'a repeated look-ahead');
    let mode: Mode = 'greedy';
    if (accept(reader, '?')) {
      // In this dialect `{2}?` is an optional pair, not a lazy one.
      if (braces && min === max) throw unsupported(reader, 'a count with ?');
      mode = 'lazy';
    } else if (!braces && accept(reader, '+')) mode = 'possessive';
    node = { kind: 'repeat', item: node, min, max, mode };
  }
}

function readBounds(reader: Reader): { min: number; max: number; braces: boolean } | undefined {
  const next = peek(reader);
  if (next === '*' || next === '+' || next === '?') {
    reader.at += 1;
    const max = next === '?' ? 1 : Number.POSITIVE_INFINITY;
    return { min: next === '+' ? 1 : 0, max, braces: false };
  }
  if (next !== '{') return undefined;
  const close = reader.characters.indexOf('}', reader.at);
  const text = reader.characters.slice(reader.at, close + 1).join('');
  const match = /^\{(\d*)(,?)(\d*)\}$/.exec(text);
  if (match === null || text.length < 3 || text === '{,}') throw unsupported(reader, 'a brace');
  const [, low = '', comma = '', high = ''] = match;
  const min = Number(low);
  let max = comma === '' ? min : Number(high);
  if (comma !== '' && high === '') max = Number.POSITIVE_INFINITY;
  if (min > repeatsMax || (max !== Number.POSITIVE_INFINITY && max > repeatsMax) || max < min) {
    throw unsupported(reader, `the count ${text}`);
  }
  reader.at = close + 1;
  return { min, max, braces: true };
}

function readAtom(reader: Reader): Node {
  const next = take(reader);
  if (next === '(') return readGroup(reader);
  if (next === '[') return { kind: 'set', set: readClass(reader) };
  if (next === '.') return { kind: 'set', set: complement([0x0a, 0x0b]) };
  if (next === '\\') return { kind: 'set', set: cased(reader, readEscape(reader)) };
  if ('^$*+?{'.includes(next)) throw unsupported(reader, `a ${next}`);
  const point = pointOf(next);
  if (reader.ignoreCase && foldsWithNext(reader, next)) throw unsupported(reader, 'this folding');
  return { kind: 'set', set: cased(reader, [point, point + 1]) };
}

function readGroup(reader: Reader): Node {
  const { ignoreCase } = reader;
  let look: 'ahead' | 'not-ahead' | undefined;
  if (accept(reader, '?')) {
    const kind = take(reader);
    if (kind === '=') look = 'ahead';
    else if (kind === '!') look = 'not-ahead';
    else if (kind === 'i' && accept(reader, ':')) reader.ignoreCase = true;
    else if (kind !== ':') throw unsupported(reader, `a group (?${kind}`);
  }
  const node = readChoice(reader);
  if (!accept(reader, ')')) throw unsupported(reader, 'a group without an end');
  reader.ignoreCase = ignoreCase;
  if (look === undefined) return node;
  const set = singleSet(node);
  if (set === undefined) throw unsupported(reader, 'a look-ahead over more than one character');
  return { kind: 'look', set, negative: look === 'not-ahead' };
}

function singleSet(node: Node): CodePoints | undefined {
  if (node.kind === 'set') return node.set;
  const only = node.kind === 'sequence' && node.items.length === 1 ? node.items[0] : undefined;
  return only === undefined ? undefined : singleSet(only);
}

/** Inside brackets, after the opening one. */
function readClass(reader: Reader): CodePoints {
  const negative = accept(reader, '^');
  const sets: CodePoints[] = [];
  for (let next = take(reader); next !== ']' || sets.length === 0; next = take(reader)) {
    if (next === '[' || next === ']') throw unsupported(reader, 'a bracket inside brackets');
    if (next === '&' && peek(reader) === '&') throw unsupported(reader, 'an intersection');
    const low = next === '\\' ? readEscape(reader) : one(next);
    if (peek(reader) !== '-' || reader.characters[reader.at + 1] === ']') {
      // A hyphen stands for itself only at an end; between two items it makes a range.
      if (next === '-' && sets.length > 0 && peek(reader) !== ']') throw unsupported(reader, 'a -');
      sets.push(low);
      continue;
    }
    reader.at += 1;
    const end = take(reader);
    if (end === '[') throw unsupported(reader, 'a bracket inside brackets');
    const high = end === '\\' ? readEscape(reader) : one(end);
    const [from = 0, fromEnd = 0, to = 0, toEnd = 0] = [...low, ...high];
    const single = low.length === 2 && high.length === 2;
    if (!single || fromEnd !== from + 1 || toEnd !== to + 1 || to < from) {
      throw unsupported(reader, 'this range');
    }
    sets.push([from, toEnd]);
  }
  const set = cased(reader, union(sets));
  return negative ? complement(set) : set;
}

/** After the backslash. */
function readEscape(reader: Reader): CodePoints {
  const next = take(reader);
  const control = controlEscapes[next];
  if (control !== undefined) return [control, control + 1];
  if (next === 's') return whiteSpace;
  if (next === 'S') return complement(whiteSpace);
  if (next === 'd') return property('Nd') ?? [];
  if (next === 'D') return complement(property('Nd') ?? []);
  if (next === 'p' || next === 'P') return readProperty(reader, next === 'P');
  if (next === 'x' || next === 'u') return readHexadecimal(reader, next);
  if (/[0-9A-Za-z]/.test(next) || pointOf(next) >= 0x80) throw unsupported(reader, `\\${next}`);
  return one(next);
}

function readProperty(reader: Reader, outside: boolean): CodePoints {
  if (!accept(reader, '{')) throw unsupported(reader, 'a property without braces');
  const inside = accept(reader, '^');
  const close = reader.characters.indexOf('}', reader.at);
  const name = reader.characters.slice(reader.at, close).join('');
  const set = /^[A-Z][a-z]?$/.test(name) ? property(name) : undefined;
  if (set === undefined) throw unsupported(reader, `the property ${name}`);
  reader.at = close + 1;
  return outside === inside ? set : complement(set);
}

function readHexadecimal(reader: Reader, kind: string): CodePoints {
  const rest = reader.characters.slice(reader.at, reader.at + 10).join('');
  const match = (kind === 'u' ? /^([0-9a-f]{4})/i : /^\{([0-9a-f]{1,6})\}/i).exec(rest);
  const point = Number.parseInt(match?.[1] ?? '', 16);
  if (match === null || point >= codePointEnd) throw unsupported(reader, `\\${kind}`);
  reader.at += match[0].length;
  return [point, point + 1];
}

/** The set with the other case of its letters, within (?i: ). */
function cased(reader: Reader, set: CodePoints): CodePoints {
  if (!reader.ignoreCase) return set;
  if ((set.at(-1) ?? 0) > 0x80) throw unsupported(reader, 'a case of letters beyond ASCII');
  const sets: CodePoints[] = [set];
  for (let upper = 0x41; upper <= 0x5a; upper += 1) {
    const both = [upper, upper + 1, upper + 0x20, upper + 0x21];
    // Long s and the Kelvin sign are the only others that fold to an ASCII letter alone.
    if (upper === 0x53) both.push(0x17f, 0x180);
    if (upper === 0x4b) both.push(0x212a, 0x212b);
    if (intersects(set, both)) sets.push(both);
  }
  return union(sets);
}

/** Whether two letters have a one-character form, as ss has ß: a match of another length. */
function foldsWithNext(reader: Reader, character: string): boolean {
  return /^(s[st]|f[fil]|i\u0307)$/i.test(character + (peek(reader) ?? ''));
}

/**
 * An automaton does not remember what a possessive repeat matched. It need not if the text that
 * follows can never begin with the repeated item, since backtracking could not help then. Other
 * possessive repeats are refused.
 */
function checkPossessive(node: Node, following: readonly Node[]): void {
  if (node.kind === 'choice') for (const option of node.options) checkPossessive(option, following);
  if (node.kind === 'sequence') {
    node.items.forEach((item, at) => {
      checkPossessive(item, [...node.items.slice(at + 1), ...following]);
    });
  }
  if (node.kind !== 'repeat') return;
  checkPossessive(node.item, [node, ...following]);
  if (node.mode !== 'possessive') return;
  const set = singleSet(node.item);
  if (set === undefined) throw new UnsupportedPattern('a possessive group');
  for (const next of following) {
    const first = firstOf(next);
    if (first === undefined || intersects(first.set, set)) {
      throw new UnsupportedPattern('a possessive repeat before what it may take');
    }
    if (!first.optional) return;
  }
}

/** Characters that a simple item may begin with; undefined where that is not simple. */
function firstOf(node: Node): { set: CodePoints; optional: boolean } | undefined {
  if (node.kind === 'repeat') {
    const set = singleSet(node.item);
    return set === undefined ? undefined : { set, optional: node.min === 0 };
  }
  const set = singleSet(node);
  return set === undefined ? undefined : { set, optional: false };
}

function peek(reader: Reader): string | undefined {
  return reader.characters[reader.at];
}

function take(reader: Reader): string {
  const next = peek(reader);
  if (next === undefined) throw unsupported(reader, 'an early end');
  reader.at += 1;
  return next;
}

function accept(reader: Reader, wanted: string): boolean {
  if (peek(reader) !== wanted) return false;
  reader.at += 1;
  return true;
}

function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function one(character: string): CodePoints {
  return [pointOf(character), pointOf(character) + 1];
}

function unsupported(reader: Reader, what: string): UnsupportedPattern {
  return new UnsupportedPattern(`the regular expression has ${what} at character ${reader.at}`);
}
