/** E-mail addresses: any domain counts, and program syntax with `@` does not. */
import { describe, expect, test } from 'vitest';
import { findEmails } from '../../../../../../services/stages/admit/redaction/people/emails.ts';
import {
  createPlaceholders,
  redact,
} from '../../../../../../services/stages/admit/redaction/redaction.ts';

const clean = (text: string) => redact(text, findEmails(text), createPlaceholders()).text;

describe('addresses of people', () => {
  const surroundings = [
    '@@',
    'Ann <@@>',
    'mailto:@@',
    'x,@@,y',
    '# By @@.',
    '"Hi\\n@@\\n"',
    '"\\u003c@@\\u003e"',
    '%3C@@%3E',
    '{"url":"https://x.org","email":"@@"}',
    '@author Ann (@@)',
    '@@:secret',
  ];
  test.each([
    ...['ann.lee@qq.com', 'ivan@ya.ru', 'jo@me.com', 'li@163.com', 'x1@mail.com', 'al@aol.com'],
    ...['jan@firma.pl', 'a.b@uni.ac.at', 'budi@kantor.co.id', 'marko@firma.rs', 'ion@stiri.md'],
    ...['ana@tigo.com.py', 'bob@uber.sh', 'eve@travel.to', 'me@janedoe.org', 'no@email.com'],
    ...['jürgen@müller.de', 'ann+tag@sub.mail-host.org', 'ANN@MAIL-HOST.ORG', 'o.n@x-y.museum'],
  ])('%s goes wherever it stands', (address) => {
    for (const around of surroundings) {
      expect(clean(around.replace('@@', () => address))).toBe(
        around.replace('@@', 'user-1@example.com'),
      );
    }
  });

  test('a sentence may begin right behind one', () => {
    expect(clean('ann@mail-host.org.Then')).toBe('user-1@example.com.Then');
  });
});

describe('addresses whose sign is encoded', () => {
  const spellings = ['%40', '%2540', '&#64;', '&#x40;', '&commat;', '\\u0040', '\\x40', '\\u{40}'];
  const surroundings = [
    '"@@"',
    'https://api.host.org/users/@@/repos',
    'https://host.org/?mail=@@&x=1',
    'https://@@:pass@host.org/x',
    'mailto:@@?subject=x',
    '%3C@@%3E',
  ];
  test.each(spellings)('%s: the address goes, and keeps its spelling', (at) => {
    for (const around of surroundings) {
      const spelt = (address: string) => around.replace('@@', () => address.replace('@', () => at));
      expect(clean(spelt('ann.lee@mail-host.org'))).toBe(spelt('user-1@example.com'));
    }
  });

  test('one address has one placeholder, however its sign is spelt', () => {
    const spelt = ['@', ...spellings].map((at) => ['ann.lee', 'mail-host.org'].join(at)).join(' ');
    const numbers = [...clean(spelt).matchAll(/user-(\d+)/g)].map(([, number]) => number);
    expect(numbers).toEqual(['@', ...spellings].map(() => '1'));
  });

  test.each([
    '%40babel%2Fcore',
    'react%4017.0.2',
    'x%40example.com',
    'a%40b',
    '100%40 of it',
    'f&#64;x',
  ])('%s stays', (text) => expect(clean(text)).toBe(text));
});

describe('what is no address', () => {
  test.each([
    'git@gitlab.host.de:a/b.git',
    'deploy@srv.host.de:/var/www',
    '@app.route("/x")',
    'return@map.name',
    'this@Main.name',
    'x = q@k.T',
    'A@B.to(device)',
    'lodash@4.17.21',
    'name@v1.2.md',
    'icon@2x.png',
    'src/icons/dark@light.md',
    'user@host',
    'ann@localhost',
    'ssh://git@host.de/x',
    '%s@mail-host.org',
    `${'$'}{user}@mail-host.org`,
    'a@project.name@b',
    'user@sub.example.com',
    'you@yourdomain.com',
    'chacha20-poly1305@openssh.com',
  ])('%s stays', (text) => {
    expect(clean(text)).toBe(text);
  });
});
