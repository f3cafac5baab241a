/**
 * Finds secrets by the name they are assigned to: values of high entropy assigned to `api_key`,
 * `password` and similar names. The filters against false positives follow BigCode's.
 */
import { type Finding, secret } from '../redaction.ts';

const tellingName = [
  'api_?-?key|secret|token|passw(?:or)?d|passwd|credentials?',
  'private_?-?key|access_?-?key|auth_?-?key',
].join('|');
const valueForm = String.raw`[\w+/.~=-]{16,200}`;

/** A telling name, up to 20 further characters, an assignment, and a value, quoted or bare. */
const assignment = new RegExp(
  [
    String.raw`(?:${tellingName})[\w-]{0,20}["'\x60]?\]?`,
    String.raw`[ \t]{0,8}(?::=|=>|[=:])[ \t]{0,8}`,
    String.raw`(?:(?<quote>["'\x60])(?<quoted>${valueForm})\k<quote>|(?<bare>${valueForm})[ \t]*$)`,
  ].join(''),
  'dgim',
);

/** In these files a value without quotes is a literal; in others it is an identifier. */
const settingsFile = /(?:^|\/)\.env[^/]*$|\.(?:env|ini|cfg|conf|properties|ya?ml|toml)$/i;

export function findAssignments(path: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const unquoted = settingsFile.test(path);
  for (const match of text.matchAll(assignment)) {
    const ranges = match.indices?.groups;
    const range = ranges?.quoted ?? (unquoted ? ranges?.bare : undefined);
    if (range === undefined) continue;
    const [start, end] = range;
    const value = text.slice(start, end);
    if (!looksRandom(value) || isHashOnHashLine(value, lineAround(text, start))) continue;
    findings.push(secret(start, end, 'assignment'));
  }
  // A file about digests holds many values that only look like secrets.
  return findings.length > 0 && isAboutDigests(text) ? [] : findings;
}

const placeholderWords = new RegExp(
  [
    'example|sample|dummy|fake|test|placeholder|your|change|xxxx|insert|redacted',
    'secret|password|token|default|abcdef|123456|lorem|deadbeef',
  ].join('|'),
  'i',
);

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Compares the entropy in bits per character with a bound that depends on the length:
 * detect-secrets requires 3.0 of hexadecimal and 4.5 of base64, but 16 characters reach at most
 * log2(16) = 4.
 */
function looksRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (uuid.test(value) || placeholderWords.test(value) || isWordLike(value)) return false;
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 20 && entropyBits(value) >= 3;
  return entropyBits(value) >= (value.length < 32 ? 3.6 : 4.2);
}

/** Names, paths and versions: all pieces are words or short numbers, or most are long words. */
function isWordLike(value: string): boolean {
  const pieces = value.split(
    /[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/,
  );
  const odd = pieces.filter((piece) => !/^(?:[A-Za-z]?[a-z]{2,}|[A-Z]{2,}|v?\d{0,4})$/.test(piece));
  const long = pieces.filter((piece) => /^(?:[A-Za-z]?[a-z]{3,}|[A-Z]{4,})$/.test(piece)).length;
  return odd.length === 0 || long > pieces.length / 2;
}

function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** 32, 40 and 64 are the lengths of MD5, SHA-1 and SHA-256 in hexadecimal. */
function isHashOnHashLine(value: string, line: string): boolean {
  return [32, 40, 64].includes(value.length) && /sha|md5|hash|byte|digest|checksum/i.test(line);
}

function lineAround(text: string, index: number): string {
  const start = Math.max(text.lastIndexOf('\n', index) + 1, index - 300);
  const end = text.indexOf('\n', index);
  return text.slice(start, Math.min(end === -1 ? text.length : end, index + 300));
}

/** At least two lines, and more than 2 % of all lines, mention a digest. */
function isAboutDigests(text: string): boolean {
  const lines = text.split('\n');
  const mentions = lines.filter((line) => /sha(?:1|256|512)?|hash/i.test(line)).length;
  return mentions > 1 && mentions > lines.length * 0.02;
}
