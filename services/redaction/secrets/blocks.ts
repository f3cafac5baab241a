/**
 * Finds private keys that are written as blocks: PEM and the similar forms of SSH, PGP and OpenVPN,
 * PuTTY's files, and the numbers of keys in JSON and XML. The whole body is found, even if the
 * block has no end. The first and last lines stay, because they only name the kind of key.
 */
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import { groupsOf } from './groups.ts';
import { looksRandom } from './judging/values.ts';

/** Bounds a block without an end line; no key is longer. */
const bodyCharactersMax = 65_536;

const begin = new RegExp(
  [
    '-{4,5} ?BEGIN (?:[A-Z0-9]+ ){0,3}(?:PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1',
    '|OpenVPN tls-crypt-v2 (?:client|server) key) ?-{4,5}',
  ].join(''),
  'g',
);

const findBegins = redactionPatterns.search([begin]);

/** A key may stand in a string or a comment, so more than white space may separate its lines. */
const margin = String.raw`(?:\\[rnt]|[\s"'\x60\\,;>*#|+.()&]|//|<br ?/?>){0,64}`;
/** Headers, then lines of base64 or hexadecimal, then a shorter last line and PGP's checksum. */
const headerLine = String.raw`(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash|MessageID)\s?:[^\r\n\\"']{0,200}`;
const keyLine = '[A-Za-z0-9+/=]{16,4096}';
const lastLine = String.raw`(?=[A-Za-z+/]{0,14}[0-9+/=])[A-Za-z0-9+/]{1,15}={0,2}(?=[\s"'\\-]|$)`;
const body = new RegExp(
  [
    `^(?:${margin}${headerLine})*(?:${margin}${keyLine})*`,
    `(?:${margin}${lastLine})?(?:${margin}=[A-Za-z0-9+/]{4})?`,
  ].join(''),
);

export function findBlocks(_path: string, text: string): readonly Finding[] {
  return [findArmoured, findPutty, findVaults, findNumbers].flatMap((find) => find(text));
}

function findArmoured(text: string): Finding[] {
  const [begins = []] = findBegins(text);
  return begins.flatMap(({ index, 0: line }, at) => {
    const start = index + line.length;
    // A block ends before the next one begins, so every character is examined once.
    const next = begins[at + 1]?.index ?? text.length;
    const window = text.slice(start, Math.min(next, start + bodyCharactersMax));
    const last = window.search(/-{4,5} ?END /);
    if (last !== -1 && isKeyBody(window.slice(0, last))) {
      return trimmed(text, start, start + last, 'private-key');
    }
    const length = body.exec(window)?.[0].length ?? 0;
    return trimmed(text, start, start + length, 'private-key');
  });
}

/** Whether the text between first and last line is a key, not prose or a program. */
function isKeyBody(value: string): boolean {
  const key = value.match(/[A-Za-z0-9+/=]{24,}/g)?.reduce((sum, run) => sum + run.length, 0) ?? 0;
  return key >= 40 && key >= value.replace(/\s/g, '').length * 0.5;
}

/** Returns the range without white space, quotes and escapes at its ends; none if it has no key. */
function trimmed(text: string, from: number, to: number, rule: string): Finding[] {
  const value = text.slice(from, to);
  const head = /^(?:\\+[rnt]|[\s"'`\\,;>*#|+.()&])*/.exec(value)?.[0].length ?? 0;
  if (head === value.length) return [];
  const tail = /(?:\\+[rnt]|[\s"'`\\,;>*#|+.()&])*$/.exec(value.slice(-256))?.[0].length ?? 0;
  const inner = value.slice(head, value.length - tail);
  // Documentation writes `…` or a word where a key would stand.
  if (!/[A-Za-z0-9+/=]{16,}/.test(inner) || /^(.)\1*$/.test(inner)) return [];
  return [secret(from + head, to - tail, rule)];
}

const puttyLine = '[A-Za-z0-9+/=]{4,128}';
const puttyKey = new RegExp(
  [
    String.raw`^Private-Lines:\s*\d{1,4}\s*\r?\n`,
    String.raw`(${puttyLine}(?:\r?\n${puttyLine}(?=\r?\n|$))*)`,
  ].join(''),
  'dgm',
);
const puttyCheck = /^Private-(?:MAC|Hash):\s*([0-9a-f]{32,128})/dgm;

function findPutty(text: string): Finding[] {
  if (!text.includes('PuTTY-User-Key')) return [];
  return [puttyKey, puttyCheck].flatMap((part) => groupsOf(text, part, 'putty-key', () => true));
}

const vaultLine = '[0-9a-f]{2,128}(?=\\r?\\n|$)';
const vault = new RegExp(
  String.raw`\$ANSIBLE_VAULT;[\d.]{1,5};[^\r\n]{1,80}\r?\n[ \t]*(${vaultLine}(?:\r?\n[ \t]*${vaultLine})*)`,
  'dg',
);

/** What Ansible encrypts with a password, which may be guessed. */
function findVaults(text: string): Finding[] {
  if (!text.includes('$ANSIBLE_VAULT;')) return [];
  return groupsOf(text, vault, 'ansible-vault', (value) => value.length >= 64);
}

/** The numbers of a private key in JSON Web Keys and in .NET's XML have short, fixed names. */
const jsonNumber = /"(?:d|p|q|dp|dq|qi|k)"\s{0,4}:\s{0,4}"([\w-]{22,1400}={0,2})"/dg;
const xmlNumber = /<(?:D|P|Q|DP|DQ|InverseQ)>\s{0,40}([A-Za-z0-9+/]{22,1400}={0,2})\s{0,40}</dg;

function findNumbers(text: string): Finding[] {
  const findings: Finding[] = [];
  const isNumber = (value: string) => looksRandom(value.slice(0, 64));
  if (text.includes('"kty"')) {
    findings.push(...groupsOf(text, jsonNumber, 'json-web-key', isNumber));
  }
  if (text.includes('KeyValue>')) {
    findings.push(...groupsOf(text, xmlNumber, 'xml-key', isNumber));
  }
  return findings;
}
