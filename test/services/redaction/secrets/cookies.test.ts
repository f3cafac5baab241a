/** Cookies that prove who somebody is lose their values; those of settings keep them. */
import { describe, expect, test } from 'vitest';
import {
  alphabets,
  randomText,
  redactSecrets,
  seededRandom,
} from '../../../samples/inputs/planted-secrets.ts';

const forms: readonly (readonly [string, string])[] = [
  ['a.py', 'headers = {"Cookie": "lang=en; session=@1; theme=dark; csrf-token=@2"}\n'],
  ['a.http', 'GET /x HTTP/1.1\nCookie: JSESSIONID=@1; remember_me=@2\n'],
  ['a.http', 'Set-Cookie: PHPSESSID=@1; token=@2; Path=/; HttpOnly\n'],
  ['a.sh', "curl -H 'Cookie: connect.sid=@1; auth=@2' https://x.example/\n"],
  ['a.sh', 'curl -s https://x.example -b "sid=@1; sso=@2"\n'],
  ['a.go', 'req.Header.Set("Cookie", "session=@1; jwt=@2")\n'],
  ['a.js', "document.cookie = 'accessToken=@1; xsrf=@2';\n"],
];

describe('cookies', () => {
  test.each(forms)('in %s: %s', (path, form) => {
    const random = seededRandom(form.length);
    for (const alphabet of [alphabets.base62, '0123456789abcdef']) {
      const [one, two] = [0, 1].map(() => randomText(random, alphabet, 40));
      const fill = (first = '', second = '') => form.replace('@1', first).replace('@2', second);
      expect(redactSecrets(path, fill(one, two))).toBe(fill('<SECRET_1>', '<SECRET_2>'));
    }
  });

  test.each([
    'Cookie: session=abc123; token=<token>; lang=en_US.UTF-8\n',
    'headers = {"Cookie": "sessionid=" + session_id}\n',
    'Cookie: ga=GA1.2.1034567890.1700000000; consent=7f3c9a1e5b2d8f4c6a0e1b3d5f7a9c2e\n',
    'res.cookie("session", value, { httpOnly: true });\n',
    'document.cookie = `session=` + encodeURIComponent(sessionIdentifier);\n',
  ])('stays: %s', (text) => {
    expect(redactSecrets('a.js', text)).toBe(text);
  });

  test('a line of cookies without end is read in one pass', () => {
    const text = `Cookie: ${'session=a; '.repeat(100_000)}${'cookie:'.repeat(100_000)}`;
    expect(redactSecrets('a.txt', text)).toBe(text);
  });
});
