/**
 * Recognises names to which secrets are assigned, and the kind of each name: a person may choose a
 * password, but keys and tokens are random.
 */

/** Pieces of names; `key` counts only after other characters, `auth` also as a whole word. */
const pieces = [
  'api[-_. ]?key|secret|token|pass(?:wor[dt]|wd|wrd|phrase|code)|pswd|pwd|credentials?',
  'kennwort|wachtwoord|contrase(?:ñ|n|ny)a|senha|mot[-_]?de[-_]?passe|парол[ья]|密码|密碼|パスワード|비밀번호',
  '(?:private|access|auth|account|storage|functions?|subscription|shared)[-_.]?key',
  String.raw`(?:jwt|encrypt(?:ion)?|signing|hmac|cookie|session|cipher)["']?[ \t]?[:=][ \t]?\{?\s{0,20}["']?key(?![\w-])`,
  '(?<=(?:bind|root|admin|user|ldap)[-_]?)pw(?![a-z])|(?<=[?&])key(?==)',
  'sonar[._]login|key[-_]?data|authorization|bearer|requirepass|masterauth|(?<![a-z])(?:psk|jwt)(?![a-z])',
  String.raw`(?<=[\w-])(?:pass|key|auth)(?![a-z])|(?<=[_-])(?:salt|pat|pw)(?![a-z])`,
  // Alone, or the last part of a property's name.
  String.raw`(?<![\w.])(?:pass|pw|_?auth)(?![\w-])|(?<=[\w-]\.)(?:pass|pw|key|auth|salt)(?![\w.(-])`,
];

/**
 * Finds one piece; `nameAround` reads the name around it. Use it with a search, or with
 * `String.search`, which keep no position in it.
 */
export const tellingPiece = new RegExp(pieces.join('|'), 'gi');

const nameCharactersMax = 60;

export interface Name {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Returns the whole name around a piece. */
export function nameAround(text: string, from: number, to: number): Name {
  let start = from;
  while (start > 0 && from - start < nameCharactersMax && /[\w-]/.test(text.charAt(start - 1))) {
    start -= 1;
  }
  let end = to;
  while (end - to < nameCharactersMax && /[\w-]/.test(text.charAt(end))) end += 1;
  // Options begin with dashes.
  while (start < from && text.charAt(start) === '-') start += 1;
  // A dash after the name is an operator, as in C's `token->value`.
  while (end > to && text.charAt(end - 1) === '-') end -= 1;
  return { start, end, text: text.slice(start, end) };
}

export type NameKind = 'password' | 'secret' | 'key' | 'salt' | 'nothing';

const passwordName = new RegExp(
  [
    '(?:pass(?:wor[dt]|wd|wrd|phrase|code)?|pswd|pwd|pw|requirepass|masterauth|psk|kennwort',
    '|wachtwoord|contrase(?:ñ|n|ny)a|senha|mot[-_]?de[-_]?passe|парол[ья]|密码|密碼|パスワード|비밀번호',
    String.raw`)s?_?\d{0,2}$`,
  ].join(''),
  'i',
);
/** The eight keys and salts of WordPress. */
const saltName = /^(?:secure_auth|auth|logged_in|nonce)_(?:key|salt)$/i;
const secretName = new RegExp(
  [
    '(?:secret|token|credentials?|auth|authorization|key[-_]?base|salt|pat|bearer',
    String.raw`|(?:api|private|access|auth|account|storage|secret)[-_. ]?key)_?\d{0,2}$`,
  ].join(''),
  'i',
);
/** Endings of a name which show that the value describes a secret but is none. */
const aboutSecret = new RegExp(
  [
    '(?:ids?|names?|urls?|uris?|paths?|files?|types?|length|len|size|hint|label|title|class',
    '|prefix|suffix|field|param|header|host|endpoint|algorithm|expiry|expires?\\w*|version',
    '|count|limit|format|regex|pattern|hash(?:es)?|digest|fingerprint)$',
  ].join(''),
  'i',
);
const publicName = /public|pub[-_]?key|csrf|xsrf|anon[-_]?key|site[-_]?key|publishable/i;
/** Names of keys in tables, caches and maps, which are not secrets. */
const keyOfThings = new RegExp(
  [
    '(?:cache|primary|foreign|sort|partition|row|object|hash|map|dict|index|group|unique',
    '|idempotency|routing|lookup|translation|locali[sz]ation|i18n|message|query|param|field',
    '|config|settings?|registry|host|known|turn|don|mon|hot|short|s3|bucket|file|item|entry',
    '|data|state|event|react|ssh|licen[cs]e)[-_.]?keys?$',
  ].join(''),
  'i',
);

export function kindOf(name: string): NameKind {
  if (publicName.test(name) || aboutSecret.test(name)) return 'nothing';
  if (saltName.test(name)) return 'salt';
  if (passwordName.test(name)) return 'password';
  if (secretName.test(name)) return 'secret';
  return keyOfThings.test(name) ? 'nothing' : 'key';
}
