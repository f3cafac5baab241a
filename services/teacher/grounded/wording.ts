/**
 * Phrasing primitives of the grounded teacher: lists, plurals, sentences, and a choice between
 * equal phrasings that depends on content only, so that the same file always reads the same.
 */
import { rowNamed } from '../../../schemas/languages/languages.ts';

/** FNV-1a, 32 bits: spreads choices of phrasing; not a security hash. */
export function contentHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** One of several equal phrasings, chosen by content. */
export function pick(seed: string, options: readonly [string, ...string[]]): string {
  return options[contentHash(seed) % options.length] ?? options[0];
}

export function quote(name: string): string {
  return `\`${name}\``;
}

/** "a, b and c"; words beyond `max` are only counted. */
export function joinWords(words: readonly string[], max = 8): string {
  const shown = words.slice(0, max);
  const hidden = words.length - shown.length;
  if (hidden > 0) return `${shown.join(', ')} and ${hidden} more`;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

export function joinNames(names: readonly string[], max = 8): string {
  return joinWords(unique(names).map(quote), max);
}

const numberWords = 'no one two three four five six seven eight nine ten'.split(' ');

export function count(amount: number, noun: string): string {
  return `${numberWords[amount] ?? amount} ${amount === 1 ? noun : pluralOf(noun)}`;
}

function pluralOf(noun: string): string {
  if (/(?:s|x|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** Upper-case start and a full stop, whatever the text begins with. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/[\s,;:]+$/, '');
  if (trimmed === '') return '';
  const start = /^[a-z]/.test(trimmed) ? (trimmed[0] ?? '').toUpperCase() : trimmed[0];
  const whole = start + trimmed.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

export function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** File name without folders. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** File name, with its folder where the name alone says nothing: `flask/__init__.py`. */
export function shortPath(path: string): string {
  const name = baseName(path);
  const folder = folderOf(path);
  const vague = /^(?:__init__|__main__|index|mod|lib|main|conftest|package|readme)\.\w+$/i.test(
    name,
  );
  return vague && folder !== '' ? `${baseName(folder)}/${name}` : name;
}

/** The same, with the folder also where another of the paths has the same name. */
export function shortPathAmong(path: string, paths: readonly string[]): string {
  const short = shortPath(path);
  const same = paths.some((other) => other !== path && shortPath(other) === short);
  const [folder, name] = [folderOf(path), baseName(path)];
  return same && folder !== '' ? `${baseName(folder)}/${name}` : short;
}

/** Folder of a path, empty at the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Words of an identifier: `from_envvar`, `fromEnvvar` and `FromEnvvar` give the same. */
export function identifierWords(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[_\-.$]+/g, ' ')
    .trim()
    .toLowerCase();
}

/** The language's name as people write it: `C++`. */
export function languageName(language: string): string {
  return rowNamed(language)?.title ?? language;
}
