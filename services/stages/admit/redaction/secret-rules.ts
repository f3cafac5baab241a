/**
 * Secrets that secretlint's preset leaves, found by shape: tokens with a known prefix, unfinished
 * private keys, and values of high entropy assigned to a telling name. The filters against false
 * positives follow BigCode's. Pure; every pattern is linear in the text.
 */
import type { Finding } from './redaction.ts';

interface ShapeRule {
  readonly name: string;
  /** Its first group, or the whole match where it has none, is the secret. Flags `gd`. */
  readonly pattern: RegExp;
}

const shapeRules: readonly ShapeRule[] = [
  { name: 'jwt', pattern: /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,2000}/dg },
  { name: 'google-api-key', pattern: /\bAIza[\w-]{35}(?![\w-])/dg },
  { name: 'google-oauth-secret', pattern: /\bGOCSPX-[\w-]{28}(?![\w-])/dg },
  { name: 'stripe-key', pattern: /\b(?:sk|rk)_live_[0-9A-Za-z]{16,247}/dg },
  {
    name: 'slack-webhook',
    pattern: /hooks\.slack\.com\/services\/(T\w{6,16}\/B\w{6,16}\/\w{20,32})/dg,
  },
  { name: 'telegram-token', pattern: /\b\d{8,10}:AA[\w-]{33}(?![\w-])/dg },
  { name: 'pypi-token', pattern: /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,1000}/dg },
  { name: 'azure-account-key', pattern: /\bAccountKey=([A-Za-z0-9+/]{86}==)/dg },
  {
    name: 'private-key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----((?:[\s"'\\,>*#|]{1,64}[A-Za-z0-9+/=]{16,4096})+)/dg,
  },
];

/** A telling name, at most 20 further characters of it, an assignment, and a quoted value. */
const assignment =
  /(?:api_?-?key|secret|token|passw(?:or)?d|passwd|credentials?|private_?-?key|access_?-?key|auth_?-?key)[\w-]{0,20}["'`]?\]?[ \t]{0,8}(?::=|=>|[=:])[ \t]{0,8}(?:(["'`])([\w+/.~=-]{16,200})\1|([\w+/.~=-]{16,200})[ \t]*$)/dgim;

/** Only here a value without quotes is a literal; elsewhere it is a name. */
const settingsFile = /(?:^|\/)\.env[^/]*$|\.(?:env|ini|cfg|conf|properties|ya?ml|toml)$/i;

export function findSecretShapes(path: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { name, pattern } of shapeRules) {
    for (const match of text.matchAll(pattern)) {
      const range = match.indices?.[1] ?? match.indices?.[0];
      if (range !== undefined) findings.push(secret(range[0], range[1], name));
    }
  }
  return [...findings, ...findAssignments(path, text)];
}

function findAssignments(path: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const unquoted = settingsFile.test(path);
  for (const match of text.matchAll(assignment)) {
    const range = match.indices?.[2] ?? (unquoted ? match.indices?.[3] : undefined);
    if (range === undefined) continue;
    const value = text.slice(range[0], range[1]);
    if (!looksRandom(value) || isHashOnHashLine(value, lineAround(text, range[0]))) continue;
    findings.push(secret(range[0], range[1], 'assignment'));
  }
  // A file about digests is full of values that only look secret.
  return findings.length > 0 && isAboutDigests(text) ? [] : findings;
}

export function secret(start: number, end: number, rule: string): Finding {
  return { start, end, kind: 'secret', rule };
}

const placeholderWords =
  /example|sample|dummy|fake|test|placeholder|your|change|xxxx|insert|redacted|secret|password|token|default|abcdef|123456|lorem|deadbeef/i;

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Entropy in bits per character that a random value reaches, by its length: detect-secrets asks
 * 3.0 of hexadecimal and 4.5 of base64, which short values cannot reach (log2(16) = 4).
 */
function looksRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (uuid.test(value) || placeholderWords.test(value) || isWordLike(value)) return false;
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 20 && entropyBits(value) >= 3;
  return entropyBits(value) >= (value.length < 32 ? 3.6 : 4.2);
}

/** Names, paths and versions: every piece between separators is a word or a short number. */
function isWordLike(value: string): boolean {
  const pieces = value.split(
    /[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/,
  );
  const odd = pieces.filter((piece) => !/^(?:[A-Za-z]?[a-z]{2,}|[A-Z]{2,}|v?\d{0,4})$/.test(piece));
  const long = pieces.filter((piece) => /^(?:[A-Za-z]?[a-z]{3,}|[A-Z]{4,})$/.test(piece)).length;
  return odd.length === 0 || long > pieces.length / 2;
}

export function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** MD5, SHA-1 and SHA-256 in hexadecimal have these lengths. */
function isHashOnHashLine(value: string, line: string): boolean {
  return [32, 40, 64].includes(value.length) && /sha|md5|hash|byte|digest|checksum/i.test(line);
}

function lineAround(text: string, index: number): string {
  const start = Math.max(text.lastIndexOf('\n', index) + 1, index - 300);
  const end = text.indexOf('\n', index);
  return text.slice(start, Math.min(end === -1 ? text.length : end, index + 300));
}

/** More than two lines of a hundred mention a digest. */
function isAboutDigests(text: string): boolean {
  const lines = text.split('\n');
  const mentions = lines.filter((line) => /sha(?:1|256|512)?|hash/i.test(line)).length;
  return mentions > 1 && mentions > lines.length * 0.02;
}
