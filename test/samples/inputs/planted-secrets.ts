/**
 * Random secrets that tests plant: made at run time from a seed, so that no scanner takes the tests
 * for a leak, and from the shapes themselves, so that no row of a table goes untested.
 */
import { createPlaceholders, redact } from '../../../services/redaction/redaction.ts';
import { findSecrets } from '../../../services/redaction/secrets.ts';

/** The text of a file as it leaves the gate of secrets. */
export function redactSecrets(path: string, text: string): string {
  return redact(text, findSecrets(path, text), createPlaceholders()).text;
}

export type Random = () => number;

/** The same numbers from 0 to below 1 for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const alphabets = {
  capitals,
  letters: capitals.toLowerCase(),
  digits: '0123456789',
  hexadecimal: '0123456789abcdef',
  base62: `${capitals}${capitals.toLowerCase()}0123456789`,
  symbols: '!#%^*?+',
};

export function randomText(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}

/** As a person chooses one. */
export function somePassword(random: Random): string {
  return `p${randomText(random, alphabets.base62, 14)}7k2W`;
}

/** As a program makes one. */
export function someToken(random: Random): string {
  return `${randomText(random, alphabets.base62, 34)}7k2W`;
}

/**
 * A text that a regular expression's source matches, as short as its counts allow. Knows what the
 * shapes are written in: classes, groups, alternatives, counts; assertions give no text.
 */
export function sampleOf(source: string, random: Random): string {
  let at = 0;
  const alternatives = (): string => {
    const options = [sequence()];
    while (source[at] === '|') {
      at += 1;
      options.push(sequence());
    }
    return options[Math.floor(random() * options.length)] ?? '';
  };
  const sequence = (): string => {
    let text = '';
    while (at < source.length && source[at] !== '|' && source[at] !== ')') text += counted();
    return text;
  };
  const counted = (): string => {
    const from = at;
    atom();
    const [count = '', least] = /^(?:\{(\d+)(?:,\d*)?\}|[*+?])/.exec(source.slice(at)) ?? [];
    const times = least ?? (count === '' || count === '+' ? 1 : 0);
    const next = at + count.length;
    let text = '';
    for (let done = 0; done < Number(times); done += 1) {
      at = from;
      text += atom();
    }
    at = next;
    return text;
  };
  const atom = (): string => {
    if (source[at] === '(') return group();
    if (source[at] === '[') {
      const end = source.indexOf(']', at);
      const members = membersOf(source.slice(at + 1, end));
      at = end + 1;
      return randomText(random, members, 1);
    }
    if (source[at] === '\\') {
      at += 2;
      return randomText(random, membersOf(source.slice(at - 2, at)), 1);
    }
    at += 1;
    return source[at - 1] ?? '';
  };
  const group = (): string => {
    const [opening = '('] = /^\((?:\?(?:<?[=!]|:))?/.exec(source.slice(at)) ?? [];
    at += opening.length;
    const text = alternatives();
    at += 1;
    return opening === '(' || opening === '(?:' ? text : '';
  };
  return alternatives();
}

/** The letters and digits of a class where it has many, so that samples look like tokens. */
function membersOf(characters: string): string {
  const ranges = characters
    .replaceAll('\\w', 'A-Za-z0-9')
    .replaceAll('\\d', '0-9')
    .replaceAll('\\s', ' ')
    .replaceAll('\\', '');
  const members = ranges.replace(/(\w)-(\w)/g, (_all, first: string, last: string) => {
    const length = last.charCodeAt(0) - first.charCodeAt(0) + 1;
    return Array.from({ length }, (_, step) =>
      String.fromCharCode(first.charCodeAt(0) + step),
    ).join('');
  });
  return members.length > 12 ? members.replace(/[^A-Za-z0-9]/g, '') : members;
}

/** Whether any four characters in a row of the value are in the text. */
export function leaks(text: string, value: string): boolean {
  for (let at = 0; at + 4 <= value.length; at += 1) {
    if (text.includes(value.slice(at, at + 4))) return true;
  }
  return false;
}
