/**
 * Judges a value by itself: whether it looks random, as keys and tokens do, or is a placeholder.
 * The filters against false positives follow those of published code data sets.
 */
import { isWordLike, pairsOf } from './words.ts';

/** Words that mark a placeholder; they are too long to occur in a random value by chance. */
const placeholderWords = new RegExp(
  [
    'example|sample|dummy|placeholder|change_?me|redacted|insert|replace|lorem|deadbeef|x{4}',
    'secret|passwor?d|passw0rd|token|default|testing|abcdef|123456|987654|qwerty|hunter2|letmein',
    'foobar|whatever|invalid|undefined|your[-_]',
  ].join('|'),
  'i',
);
/** Shorter words of the same kind, which count only as whole words. */
const shortWords = 'fake|test|your|todo|null|none';
const placeholderWord = new RegExp(`(?<![A-Za-z0-9])(?:${shortWords})(?![A-Za-z])`, 'i');

/** Variables and references, which a program, a template or a person replaces by a value. */
const variable = new RegExp(
  [
    String.raw`^[$%]?[{<[(].*[}>\])]$`,
    // A shell variable, but not a password hash.
    String.raw`^\$(?!(?:apr1|[1256y]|2[abxy]|argon2\w*)\$)\w`,
    String.raw`\$\{|\{\{|<%|%\(|#\{|\$\(|^%\w+%$|^@[\w.]+@$|^__\w+__$`,
    String.raw`^(.)\1+$|\.\.\.|…|\*{3}`,
    String.raw`^(?:os|process|System|secrets?|vars?|local|data|config|settings|self|this)\.`,
    String.raw`^(?:env[.([]|ENV\[|vault:|ssm:|op:\/\/|file:|ref\+|arn:|sha(?:1|256|384|512)[-:])`,
  ].join('|'),
);

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const uuidRandom = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Whether a value is a variable, a hint or a repeated character instead of a secret. */
export function isPlaceholder(value: string): boolean {
  return variable.test(value) || placeholderWords.test(value) || placeholderWord.test(value);
}

/** Whether a token with a vendor's prefix is a placeholder: it says so, or repeats characters. */
export function isPlaceholderToken(body: string): boolean {
  if (/example|placeholder|your[-_]|redacted|dummy|x{5}|0{6}|1{6}|a{6}|\.{3}|\*{3}/i.test(body)) {
    return true;
  }
  if (/123456789|abcdefgh|987654321/i.test(body)) return true;
  return new Set(body).size < Math.min(8, body.length / 2);
}

/**
 * Whether the entropy in bits per character exceeds a bound that depends on the length: 16
 * characters reach at most log2(16) = 4, and longer base64 values about 5.
 */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || !/[A-Za-z]/.test(value) || !(/\d/.test(value) || isScrambled(value))) {
    return false;
  }
  if (uuid.test(value) || isPlaceholder(value) || isWordLike(value)) return false;
  // The address of an account or a contract on a chain, which is public.
  if (/^0x[0-9a-f]{40}$/i.test(value)) return false;
  const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(value)?.[1];
  if (digits !== undefined) return digits.length >= 20 && entropyBits(digits) >= 3;
  return entropyBits(value) >= (value.length < 32 ? 3.4 : 4);
}

/** Whether the value has letters of both cases that form no words. */
function isScrambled(value: string): boolean {
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && pairsOf(value).commonShare < 0.6;
}

/** Whether a value with symbols looks random: a token without a digit, a salt or a phrase. */
export function looksRandomWithSymbols(value: string): boolean {
  if (value.length < 24 || isPlaceholder(value) || isWordLike(value)) return false;
  const symbols = value.match(/[^\w\s]/g)?.length ?? 0;
  return symbols >= 3 && /[a-z]/i.test(value) && entropyBits(value) >= 4.3;
}

/**
 * Whether the value consists of letters that form no words, in one run or in groups, as programs
 * make passwords. Two in three pairs of such letters occur in no word.
 */
export function looksUnspeakable(value: string): boolean {
  if (!/^[A-Za-z]+(?:[-_.][A-Za-z]+)*$/.test(value) || isPlaceholder(value)) return false;
  const { count, commonShare } = pairsOf(value);
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value);
  return count >= (isMixed ? 9 : 12) && commonShare < (isMixed ? 0.55 : 0.45);
}

/** Whether the value is a hash of crypt, bcrypt or Argon2, from which a password can be guessed. */
export function isPasswordHash(value: string): boolean {
  return (
    /^\$(?:apr1|[1256y]|2[abxy]|argon2\w*)\$\S{16,}$/.test(value) && !isPlaceholderToken(value)
  );
}

export function isRandomUuid(value: string): boolean {
  return uuidRandom.test(value);
}

/**
 * Whether a person may have chosen the value as a password: at least eight letters, digits and
 * symbols, mixed. A word followed by a year may also be a name, so it counts only with a symbol.
 */
export function looksLikePassword(value: string): boolean {
  if (value.length < 8 || value.length > 128 || /\s/.test(value)) return false;
  if (
    isPlaceholder(value) ||
    uuid.test(value) ||
    /^[+-]?(?:0x[0-9a-f]+|[\d.,:_e+-]+)[a-z]{0,3}$/i.test(value)
  ) {
    return false;
  }
  if (/^(?:\.{0,2}\/|https?:|[a-z][\w+]*:\/\/|[\w-]+(?:\/[\w.-]+)+$)/i.test(value)) return false;
  if (/^[\w-]+(?:\.[a-z][\w-]*)+$/i.test(value) && !isJumble(value)) return false;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^\w\s]/].filter((form) => form.test(value)).length;
  if (!/\d/.test(value) && !(classes >= 3 && value.length >= 12)) return false;
  if (isWordLike(value) && !/[!@#$%^&*?+=]/.test(value)) return false;
  return classes >= 3 || (classes === 2 && changes(value) >= 3);
}

/** Whether a dotted value holds digits and letters of both cases that form no names. */
function isJumble(value: string): boolean {
  const isMixed = [/[a-z]/, /[A-Z]/, /\d/].every((form) => form.test(value));
  return isMixed && pairsOf(value).count >= 4 && pairsOf(value).commonShare < 0.4;
}

/** Returns how often letters and digits alternate. */
function changes(value: string): number {
  return value.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
}

function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
