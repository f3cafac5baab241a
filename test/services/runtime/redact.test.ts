/** Secrets are hidden wherever they stand, whole or in part, and nothing else changes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createRedactor,
  hidden,
  hidePlaces,
  secretsOfAddress,
  secretsOfEnvironment,
} from '../../../services/runtime/redact.ts';

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const secret = fc
  .array(fc.constantFrom(...letters), { minLength: 16, maxLength: 60 })
  .map((parts) => parts.join(''));

/** Whether a run of so many characters of the secret is left. */
function holdsPiece(text: string, whole: string, length: number): boolean {
  for (let at = 0; at + length <= whole.length; at += 1) {
    if (text.includes(whole.slice(at, at + length))) return true;
  }
  return false;
}

describe('a secret that is known', () => {
  test('property: no piece of eight characters leaves, whatever stands around it', () => {
    const around = fc.string({ unit: 'grapheme', maxLength: 30 });
    fc.assert(
      fc.property(secret, around, around, fc.nat(20), (key, before, behind, cut) => {
        const { learn, hideKnown } = createRedactor();
        learn(key);
        const piece = key.slice(0, key.length - Math.min(cut, key.length - 8));
        const log = JSON.stringify({ msg: `${before}${piece}${behind}` });
        const address = `http://h/?x=${encodeURIComponent(key)}`;
        for (const text of [before + key + behind, piece, key + key, log, address]) {
          expect(holdsPiece(hideKnown(text), key, 8)).toBe(false);
        }
        expect(() => JSON.parse(hideKnown(log))).not.toThrow();
        if (!holdsPiece(before, key, 8)) expect(hideKnown(before)).toBe(before);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  test('property: a piece goes wherever in a long text it stands', () => {
    fc.assert(
      fc.property(secret, fc.nat(40), fc.nat(8), (key, before, at) => {
        const { learn, hideKnown } = createRedactor();
        learn(key);
        const [start, end] = ['.'.repeat(before), '.'.repeat(40 - before)];
        const text = start + key.slice(at, at + 8) + end;
        expect(hideKnown(text)).toBe(start + hidden + end);
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  test('what is remembered loses it whole, and keeps what is like a piece of it', () => {
    const { learn, hideWhole } = createRedactor();
    learn('correct-horse-battery');
    expect(hideWhole('a correct-horse for a battery')).toBe('a correct-horse for a battery');
    expect(hideWhole('is correct-horse-battery.')).toBe(`is ${hidden}.`);
  });

  test('property: no encoding of a header around it leaves', () => {
    const around = fc.string({ unit: 'binary-ascii', maxLength: 12 });
    fc.assert(
      fc.property(secret, around, around, (key, before, behind) => {
        const { learn, hideKnown } = createRedactor();
        learn(key);
        for (const form of ['base64', 'base64url', 'hex'] as const) {
          const shown = Buffer.from(before + key + behind).toString(form);
          const rest = hideKnown(shown).split(hidden);
          const kept = rest.map((part) => Buffer.from(part, form).toString('latin1')).join('\n');
          expect(holdsPiece(kept, key, 4)).toBe(false);
          expect(shown.startsWith(rest[0] ?? '') && shown.endsWith(rest.at(-1) ?? '')).toBe(true);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test('a text of megabytes loses it whole', () => {
    const { learn, hideKnown } = createRedactor();
    learn('correct-horse-battery');
    const text = `${'x'.repeat(2 ** 21)}correct-horse-battery`;
    expect(hideKnown(text).endsWith(`x${hidden}`)).toBe(true);
  });
});

/** How other programs print a secret; %s is its place. */
const forms = [
  'cannot reach http://user:%s@host:8000/v1',
  'redis://:%s@host:6379/0 refused',
  'https://%s@github.com/owner/name.git',
  'postgres://user:pa/%s@host/db',
  'http://host/v1?key=%s',
  'http://host/v1?model=m&api_key=%s&x=1',
  'https://bucket.example/object?X-Amz-Signature=%s',
  'https://account.blob.example/c?sv=1&sig=%s',
  'Authorization: Bearer %s',
  'authorization: Basic %s',
  'Authorization: %s',
  'proxy-authorization: Digest %s',
  '{"authorization":"Bearer %s"}',
  String.raw`{"msg":"{\"authorization\":\"Bearer %s\"}"}`,
  "{ authorization: 'Bearer %s' }",
  'Incorrect API key provided: %s.',
  'x-api-key: %s',
  '"password": "%s"',
  'sasl.password=%s failed',
  'AWS_SECRET_ACCESS_KEY_TOKEN=%s',
  'the key sk-%s is not valid',
  'token ghp_%s was revoked',
];

describe('a secret that is not known', () => {
  test.each(forms)('%j hides it by its place', (form) => {
    fc.assert(
      fc.property(secret, (key) => {
        const text = hidePlaces(form.replace('%s', () => key));
        expect(holdsPiece(text, key, 4), text).toBe(false);
        // What stands around it is still there to be read.
        expect(
          text.startsWith(
            form.slice(0, form.indexOf('%s')).split(/sk-|ghp_|user:|pa\/|(?<=\/\/):/)[0] ?? '',
          ),
        ).toBe(true);
      }),
      { numRuns: 50, seed: 5 },
    );
  });

  test.each([
    'teacher.planTokensMax=6000 tokens: 12',
    'serving plan of data set first, metrics on port 9464',
    'http://127.0.0.1:8000/@scope/name and a@b.example',
    'http://127.0.0.1:9092,http://127.0.0.1:9093 someone@example.org',
    'KAFKA_PASSWORD is set; set REDIS_PASSWORD too',
    'set it by --set teacher.baseUrl=… or BACKSTORY_TEACHER_BASE_URL',
    '{"dataset":"first","key":"repository","stages":["plan"]}',
    'bearer of news, basic ideas',
    's3://bucket/prefix/author=someone',
  ])('%j stays as it is', (text) => {
    expect(hidePlaces(text)).toBe(text);
  });

  test('hostile text costs no time that grows with its square', () => {
    const started = performance.now();
    for (const unit of ['a.', 'a-token', '://', ':a', 'token=', '@'])
      hidePlaces(unit.repeat(50_000));
    // A square of 100,000 would take minutes.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

test('addresses and environments give their secrets', () => {
  expect(secretsOfAddress('http://me:p%40ss@h/?key=k1&version=2')).toEqual(
    expect.arrayContaining(['me', 'p@ss', 'p%40ss', 'k1']),
  );
  expect(secretsOfAddress('http://h/?version=2024-10-01')).not.toContain('2024-10-01');
  expect(secretsOfAddress('no address')).toEqual([]);
  const environment = {
    ...{ OPENAI_API_KEY: 'a', REDIS_PASSWORD: 'b', GITHUB_TOKEN: 'c', AWS_SECRET_ACCESS_KEY: 'd' },
    ...{ HOME: 'x', KEYBOARD: 'y', GOOGLE_APPLICATION_CREDENTIALS: '/home/me/file.json' },
  };
  expect(secretsOfEnvironment(environment).sort()).toEqual(['a', 'b', 'c', 'd']);
});
