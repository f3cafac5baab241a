/**
 * Searches a text for many patterns in one pass. A regular expression of hundreds of words tries
 * one after the other at every character; here the next three characters say which patterns may
 * begin, and only those are tried.
 */
import { keyCount, keyLength, keysOf, symbolBits, symbolMask } from './beginnings.ts';

/** For each pattern its matches, as `matchAll` finds them. */
export type Search = (text: string) => readonly (readonly RegExpExecArray[])[];

/** Where a match may begin, in order. */
export type Places = (text: string) => readonly number[];

/** Patterns that are searched for in the same texts; a text is passed over once for all of them. */
export interface Patterns {
  /** Adds global patterns. */
  search(patterns: readonly RegExp[]): Search;
  places(pattern: RegExp): Places;
  /** Whether the text has a match. */
  has(pattern: RegExp): (text: string) => boolean;
}

/** Bits of a set of patterns. */
const patternsMax = 32;

/** For each key the patterns that may begin with it, a bit for each. */
type Keys = Int32Array;

/** For each place at which patterns may begin, its index and the set of them, a bit for each. */
interface Passed {
  readonly text: string;
  readonly indices: readonly number[];
  readonly sets: readonly number[];
}

/**
 * Opens a group of at most 32 patterns. It keeps what it knows of the last two texts: a text may be
 * searched again after a variant of it, such as the one whose strings are joined.
 */
export function openPatterns(): Patterns {
  const all: RegExp[] = [];
  let keys: Keys | null = null;
  let [last, before]: (Passed | null)[] = [null, null];
  const pass = (text: string): Passed => {
    keys ??= keysOfAll(all);
    if (last?.text === text) return last;
    [last, before] = before?.text === text ? [before, last] : [passOver(text, keys), last];
    return last as Passed;
  };
  const add = (patterns: readonly RegExp[]): number => {
    if (all.length + patterns.length > patternsMax) throw new Error('too many patterns in a group');
    // What is known of the text before does not know the new ones.
    [keys, last, before] = [null, null, null];
    return all.push(...patterns) - patterns.length;
  };
  return {
    search: (patterns) => {
      const first = add(patterns);
      const sticky = patterns.map(stickily);
      return (text) => matchesIn(pass(text), sticky, first);
    },
    places: (pattern) => {
      const bit = 1 << add([pattern]);
      return (text) => {
        const { indices, sets } = pass(text);
        return indices.filter((_, at) => ((sets[at] as number) & bit) !== 0);
      };
    },
    has: (pattern) => {
      const bit = 1 << add([pattern]);
      const sticky = stickily(pattern);
      return (text) => {
        const { indices, sets } = pass(text);
        for (let at = 0; at < indices.length; at += 1) {
          if (((sets[at] as number) & bit) === 0) continue;
          sticky.lastIndex = indices[at] as number;
          if (sticky.test(text)) return true;
        }
        return false;
      };
    },
  };
}

/** Opens the choice of those patterns, in their order, of which a match may begin at an index. */
export function openChoice(
  patterns: readonly RegExp[],
): (text: string, index: number) => readonly RegExp[] {
  let byKey: Map<number, RegExp[]> | null = null;
  return (text, index) => {
    byKey ??= choicesOf(patterns);
    let key = 0;
    for (let at = index; at < index + keyLength; at += 1) {
      key = (key << symbolBits) | (text.charCodeAt(at) & symbolMask);
    }
    return byKey.get(key) ?? [];
  };
}

function choicesOf(patterns: readonly RegExp[]): Map<number, RegExp[]> {
  const byKey = new Map<number, RegExp[]>();
  for (const pattern of patterns) {
    for (const key of keysOf(pattern)) byKey.set(key, [...(byKey.get(key) ?? []), pattern]);
  }
  return byKey;
}

function stickily({ source, flags }: RegExp): RegExp {
  return new RegExp(source, `${flags.replace('g', '')}y`);
}

function keysOfAll(patterns: readonly RegExp[]): Keys {
  const sets = new Int32Array(keyCount);
  for (const [place, pattern] of patterns.entries()) {
    for (const key of keysOf(pattern)) sets[key] = (sets[key] ?? 0) | (1 << place);
  }
  return sets;
}

/** The units of the text that is passed over: read from an array, they take half the time. */
let units = new Uint16Array(2 ** 16);

/** Fills `units` with the text, and zeros behind it: there the window goes on. */
function fillUnits(text: string, behind: number): void {
  const { length } = text;
  if (length + behind > units.length) units = new Uint16Array(length + behind);
  Buffer.from(units.buffer).write(text, 'utf16le');
  units.fill(0, length, length + behind);
}

/** The hot loop: numbers of another module are slow in it, and so are calls. */
function passOver(text: string, keys: Keys): Passed {
  const [width, mask, keyMask, { length }] = [symbolBits, symbolMask, keyCount - 1, text];
  const ahead = keyLength - 1;
  fillUnits(text, ahead);
  const read = units;
  const indices: number[] = [];
  const sets: number[] = [];
  let key = 0;
  for (let end = 0; end < length + ahead; end += 1) {
    key = ((key << width) | ((read[end] as number) & mask)) & keyMask;
    const set = keys[key] as number;
    if (set === 0 || end < ahead) continue;
    indices.push(end - ahead);
    sets.push(set);
  }
  return { text, indices, sets };
}

/** Tries the patterns, of which the first has the bit `first`, where they may begin. */
function matchesIn(
  { text, indices, sets }: Passed,
  sticky: readonly RegExp[],
  first: number,
): RegExpExecArray[][] {
  const found = sticky.map((): RegExpExecArray[] => []);
  const own = ((2 ** sticky.length - 1) << first) >>> 0;
  for (let at = 0; at < indices.length; at += 1) {
    for (let rest = (sets[at] as number) & own; rest !== 0; rest &= rest - 1) {
      const place = 31 - Math.clz32(rest & -rest) - first;
      const pattern = sticky[place] as RegExp;
      const index = indices[at] as number;
      const matches = found[place] as RegExpExecArray[];
      if (index < endOf(matches.at(-1))) continue;
      pattern.lastIndex = index;
      const match = pattern.exec(text);
      if (match !== null) matches.push(match);
    }
  }
  return found;
}

function endOf(match: RegExpExecArray | undefined): number {
  return match === undefined ? 0 : match.index + match[0].length;
}
