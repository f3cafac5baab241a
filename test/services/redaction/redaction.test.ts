/** Secrets and personal data: what is replaced, what stays, and that lines never move. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findAddresses } from '../../../services/redaction/people/addresses.ts';
import { findEmails } from '../../../services/redaction/people/emails.ts';
import { createPlaceholders, type Finding, redact } from '../../../services/redaction/redaction.ts';
import { redactSecrets } from '../../samples/inputs/planted-secrets.ts';

/** Tokens are joined at run time, so that no scanner takes this file for a leak. */
const token = (...parts: readonly string[]) => parts.join('');
const random = 'q7Zt2LxV9bKw4RmYc8Dh3NfPs6Gj1Tu5EaXo';

describe('secrets', () => {
  const found: readonly (readonly [string, string])[] = [
    ['GitHub', token('ghp', '_', random)],
    ['AWS key id', token('AKIA', 'Q7ZT2LXV9BKW4RMY')],
    ['Google', token('AIza', random.slice(0, 35))],
    ['Stripe', token('sk', '_live_', random.slice(0, 24))],
    ['JWT', token('eyJ', random.slice(0, 20), '.eyJ', random.slice(0, 30), '.', random)],
  ];
  test.each(found)('replaces %s', async (_name, secret) => {
    expect(redactSecrets('a.py', `value = "${secret}"\n`)).toBe('value = "<SECRET_1>"\n');
  });

  test('replaces a random value assigned to a telling name', async () => {
    expect(redactSecrets('a.js', `const apiKey = '${random}';\n`)).toBe(
      "const apiKey = '<SECRET_1>';\n",
    );
    expect(redactSecrets('.env', `API_TOKEN=${random}\n`)).toBe('API_TOKEN=<SECRET_1>\n');
    expect(redactSecrets('a.yml', `password: ${random}\n`)).toBe('password: <SECRET_1>\n');
  });

  const kept: readonly (readonly [string, string])[] = [
    ['a.py', 'password = "correct horse battery staple"\n'],
    ['a.py', 'password = get_password_from_environment_2()\n'],
    ['a.js', 'const tokenType = "authorization_code_2";\n'],
    ['a.js', 'const accessKeyPath = "config/keys/access-key-v2.json";\n'],
    ['a.py', 'secret_key = "your-secret-key-1234567890"\n'],
    ['a.py', 'token = "0123456789abcdef0123456789abcdef"\n'],
    ['a.py', 'API_KEY = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"\n'],
    ['a.py', 'url = "http://user:pass@host.org/"\n'],
    ['a.py', 'key_sha256_token = "5f352379324c22463451387a0aec5d2f"  # md5 hash\n'],
  ];
  test.each(kept)('leaves in %s: %s', async (path, text) => {
    expect(redactSecrets(path, text)).toBe(text);
  });

  test('comments in the code cannot disable the scan', async () => {
    const secret = token('ghp', '_', random);
    const text = `// secretlint-disable\n/* secretlint-disable */\nconst a = '${secret}';\n`;
    expect(redactSecrets('a.js', text)).not.toContain(secret);
  });

  test('replaces only the password of credentials in a URL', async () => {
    const text = `url = "https://deploy:${random}@git.host.org/x"\n`;
    expect(redactSecrets('a.py', text)).toBe('url = "https://deploy:<SECRET_1>@git.host.org/x"\n');
  });

  test('a private key keeps its lines, and a byte order mark stays', async () => {
    const line = random.repeat(2).slice(0, 64);
    const begin = token('-----BEGIN RSA ', 'PRIVATE KEY-----');
    const end = token('-----END RSA ', 'PRIVATE KEY-----');
    const text = `\ufeff${begin}\n${`${line}\n`.repeat(4)}${end}\nafter\n`;
    const result = redactSecrets('key.pem', text);
    expect(result).toBe(`\ufeff${begin}\n${'<SECRET_1>\n'.repeat(4)}${end}\nafter\n`);
  });

  test('finds a private key without an end', async () => {
    const line = random.repeat(2).slice(0, 64);
    const text = `${token('-----BEGIN ', 'PRIVATE KEY-----')}\n${line}\n${line}\n`;
    expect(redactSecrets('key.pem', text)).not.toContain(line);
  });
});

describe('personal data', () => {
  const clean = (text: string) =>
    redact(text, [...findEmails(text), ...findAddresses(text)], createPlaceholders()).text;

  test('replaces addresses by reserved ones, equal addresses by equal ones', () => {
    expect(clean('Ann <ann.lee@mail-host.org>, ann.lee@mail-host.org, bob.k@uni.ac.uk')).toBe(
      'Ann <user-1@example.com>, user-1@example.com, user-2@example.com',
    );
    expect(clean('host = "81.169.145.90"')).toBe('host = "192.0.2.1"');
  });

  test.each([
    'user@example.com',
    'git@github.com:owner/name.git',
    'https://user:secret@host.com/',
    'icon@2x.png',
    'q@k.transpose(-2, -1)',
    'package@1.2.3',
    'curve25519-sha256@libssh.org',
    'a@b.com',
    '@decorator.method',
    '127.0.0.1 10.1.2.3 192.168.1.1 172.16.0.1 255.255.255.0 8.8.8.8',
    'version 61.4.2.1',
    '1.2.3.4 and 2.16.1.3',
    '1.3.6.1.4.1.311.2.1.14',
  ])('leaves %s', (text) => {
    expect(clean(text)).toBe(text);
  });

  test('handles long hostile input', () => {
    expect(clean('@'.repeat(200_000))).toBe('@'.repeat(200_000));
    expect(clean('a.'.repeat(100_000))).toBe('a.'.repeat(100_000));
  });
});

test('line breaks never change, and text without findings stays', () => {
  const text = fc
    .array(fc.constantFrom('a', 'é', '🙂', ' ', '\n', '\r\n', '\t'), { maxLength: 60 })
    .map((parts) => parts.join(''));
  const part = fc.record({ at: fc.nat(80), length: fc.integer({ min: 1, max: 30 }) });
  fc.assert(
    fc.property(text, fc.array(part, { maxLength: 6 }), (content, parts) => {
      const findings: Finding[] = parts
        .filter(({ at }) => at < content.length)
        .map(({ at, length }) => ({
          start: at,
          end: Math.min(content.length, at + length),
          kind: 'secret',
          rule: 'r',
        }));
      const result = redact(content, findings, createPlaceholders());
      const breaks = (value: string) => value.replace(/[^\r\n]/g, '').length;
      expect(breaks(result.text)).toBe(breaks(content));
      if (findings.length === 0) expect(result.text).toBe(content);
      expect(result.redactions).toBeLessThanOrEqual(findings.length);
    }),
  );
});
