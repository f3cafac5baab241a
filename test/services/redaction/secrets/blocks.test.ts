/** Keys that are written as blocks: the whole body goes, lines and what surrounds them stay. */
import { describe, expect, test } from 'vitest';
import { createPlaceholders, redact } from '../../../../services/redaction/redaction.ts';
import { findSecrets } from '../../../../services/redaction/secrets.ts';
import {
  alphabets,
  leaks,
  randomText,
  seededRandom,
} from '../../../samples/inputs/planted-secrets.ts';

const random = seededRandom(11);
const lines = Array.from({ length: 4 }, () => randomText(random, alphabets.base62, 64));
const last = `${randomText(random, alphabets.base62, 10)}==`;
const body = [...lines, last];
/** Joined at run time, so that no scanner takes this file for a leak. */
const around = (kind: string) => [`-----BEGIN ${kind}-----`, `-----END ${kind}-----`] as const;
const privateKey = ['PRIVATE', 'KEY'].join(' ');

const redacted = (text: string) =>
  redact(text, findSecrets('a.txt', text), createPlaceholders()).text;

function expectGone(text: string): string {
  const result = redacted(text);
  for (const line of body) expect(leaks(result, line)).toBe(false);
  expect(result.split('\n')).toHaveLength(text.split('\n').length);
  return result;
}

describe('blocks', () => {
  test.each([
    privateKey,
    `RSA ${privateKey}`,
    `OPENSSH ${privateKey}`,
    `ENCRYPTED ${privateKey}`,
    `PGP ${privateKey} BLOCK`,
    'OpenVPN Static key V1',
  ])('%s loses its body', (kind) => {
    const [begin, end] = around(kind);
    const result = expectGone(`a\n${begin}\n${body.join('\n')}\n${end}\nb\n`);
    expect(result).toBe(`a\n${begin}\n${'<SECRET_1>\n'.repeat(5)}${end}\nb\n`);
  });

  test('in a string, escapes and what follows stay', () => {
    const [begin, end] = around(privateKey);
    const text = `{"k": "${begin}\\n${body.join('\\n')}\\n${end}\\n", "b": 1}\n`;
    expect(expectGone(text)).toBe(`{"k": "${begin}\\n<SECRET_1>\\n${end}\\n", "b": 1}\n`);
  });

  test('in strings that are joined, every line stays a string', () => {
    const [begin, end] = around(`EC ${privateKey}`);
    const code = [begin, ...body, end].map((line) => `  "${line}\\n" +`).join('\n');
    const kept = [begin, ...body.map(() => '<SECRET_1>'), end];
    expect(expectGone(`${code}\n`)).toBe(`${kept.map((line) => `  "${line}\\n" +`).join('\n')}\n`);
  });

  test('a truncated block ends where its lines end', () => {
    const [begin] = around(privateKey);
    const text = `${begin}\n${lines.join('\n')}\nconst after = compute(1);\n`;
    expect(expectGone(text)).toBe(
      `${begin}\n${'<SECRET_1>\n'.repeat(4)}const after = compute(1);\n`,
    );
  });

  test("PuTTY's private lines and their check go, the public ones stay", () => {
    const check = randomText(random, alphabets.hexadecimal, 40);
    const open = `PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 1\nAAAAB3Nza\nPrivate-Lines: 5\n`;
    const result = expectGone(`${open}${body.join('\n')}\nPrivate-MAC: ${check}\n`);
    expect(result).toBe(`${open}${'<SECRET_1>\n'.repeat(5)}Private-MAC: <SECRET_2>\n`);
  });

  test('certificates, public keys and placeholders stay', () => {
    for (const kind of ['CERTIFICATE', 'PUBLIC KEY']) {
      const text = `${around(kind).join(`\n${body.join('\n')}\n`)}\n`;
      expect(redacted(text)).toBe(text);
    }
    const [begin, end] = around(privateKey);
    for (const inner of ['...', 'your key here', '" + body + "']) {
      expect(redacted(`${begin}\n${inner}\n${end}\n`)).toBe(`${begin}\n${inner}\n${end}\n`);
    }
  });

  test('hostile input takes linear time', () => {
    const [begin] = around(privateKey);
    for (const piece of [begin, `${begin}\n`, `${begin}+`, `${begin}\\n`]) {
      expect(redacted(piece.repeat(2000)).length).toBeGreaterThan(0);
    }
    expect(redacted(begin + '+"'.repeat(100_000)).length).toBeGreaterThan(0);
  });
});
