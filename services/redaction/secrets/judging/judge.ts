/**
 * Judges a value by itself and by the kind of the name that it is bound to, wherever a table found
 * the two together: a person may choose a password, but keys and tokens are random.
 */
import type { NameKind } from './names.ts';
import {
  isPasswordHash,
  isPlaceholder,
  isRandomUuid,
  looksLikePassword,
  looksRandom,
  looksRandomWithSymbols,
  looksUnspeakable,
} from './values.ts';
import { isWordLike } from './words.ts';

/** A value as its program sees it; `scheme` is that of an HTTP header, empty if none. */
export interface Judged {
  readonly text: string;
  readonly scheme?: string;
}

/** Maven encrypts with a password that lies in a file of its own, often beside this one. */
const mavenEncrypted = /^\{([A-Za-z0-9+/]{24,512}={0,2})\}$/;

export function isSecret({ text, scheme }: Judged, kind: NameKind): boolean {
  if (kind === 'nothing') return false;
  const encrypted = mavenEncrypted.exec(text)?.[1];
  if (encrypted !== undefined) return looksRandom(encrypted);
  if (scheme === 'basic') return isEncodedPair(text);
  if (kind === 'salt') return isSalt(text);
  if (kind === 'key') return text.length >= 20 && isPlain(text) && looksRandom(text);
  if (isPlain(text) && looksRandom(text)) return true;
  if (isRandomUuid(text) || isEncodedPair(text)) return true;
  if (looksRandomWithSymbols(withoutVariables(text))) return true;
  if (kind === 'password') {
    return isPasswordHash(text) || looksLikePassword(text) || looksUnspeakable(text);
  }
  return text.length >= 10 && isPlain(text) && looksLikePassword(text);
}

/**
 * Whether prose that says what a password is says it here: `is required` follows the same words.
 * Without marks around it, only a value that mixes both cases and digits counts.
 */
export function isStated(value: Judged & { readonly quoted: boolean }, kind: NameKind): boolean {
  if (kind !== 'password' && kind !== 'secret') return false;
  const { text } = value;
  // In marks stand options, too.
  if (value.quoted) return !text.startsWith('-') && isSecret(value, kind);
  const isMixed = /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
  return isMixed && !/[/()]/.test(text) && !isWordLike(text) && looksLikePassword(text);
}

/** Example passwords that documentation and tests use. */
export const examplePassword = new RegExp(
  [
    '^(?:pass(?:w(?:or)?d)?|pwd|pw|secret|user(?:name)?|test(?:ing)?|example|foo|bar|baz|token',
    '|root|admin|guest|postgres|mysql|redis|mongo|rabbit|changeme|hunter2|letmein|qwerty|password|tiger',
    '|my[-_]?(?:pass(?:word)?|secret|token)|(?:db|user)[-_]?pass(?:word)?|your[-_]?.*|some[-_]?.*',
    String.raw`|x+|\*+|\.+|<.*|\$.*|.*[{}].*|%[^0-9A-F].*|\(.*|\[.*|\d{1,5})\d{0,4}$`,
  ].join(''),
  'i',
);

/** Whether a word in a password's place looks like one, not like a variable or an example. */
export function isChosen(value: string): boolean {
  if (isPlaceholder(value) || examplePassword.test(value)) return false;
  return looksRandom(value) || looksLikePassword(value) || looksUnspeakable(value);
}

/** Whether the value holds only characters that occur in keys and tokens. */
export function isPlain(value: string): boolean {
  return /^[\w+/.~=:!@#%^&*-]+$/.test(value) && !value.includes('://');
}

/** Whether the value is `user:password` in base64, as in headers and Docker's settings. */
function isEncodedPair(value: string): boolean {
  if (!/^[A-Za-z0-9+/]{12,512}={0,2}$/.test(value)) return false;
  const pair = Buffer.from(value, 'base64').toString('latin1');
  return /^[\x21-\x7e]{1,128}:[\x21-\x7e]{4,256}$/.test(pair) && !isPlaceholder(pair);
}

/** WordPress makes its salts of 64 characters, among them space and every sign. */
function isSalt(value: string): boolean {
  if (isPlain(value) && looksRandom(value)) return true;
  return value.length >= 32 && new Set(value).size >= 20 && !isWordLike(value);
}

/** The value without what may be a variable, a field or a tag; a random value holds more. */
function withoutVariables(value: string): string {
  return value.replace(/\$\w+|\{[\w.$ ]*\}|<\/?[\w-]*>/g, '');
}
