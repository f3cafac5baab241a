/** Lists of opt-outs: what a line means, and which lines mean nothing. */
import { describe, expect, test } from 'vitest';
import { parseOptOutList, ruleFor } from '../../../../services/dataset/opt-out/rules.ts';

const hosted = { host: 'github.com', id: '1', name: 'psf/requests', licence: null, fork: false };

function rule(list: string, origin: string, paths: string[] = [], of: typeof hosted | null = null) {
  const name = origin.split('/').at(-1)?.split('@')[0] ?? origin;
  const found = ruleFor(parseOptOutList(list, 'list'), { name, origin, hosted: of, paths });
  return found?.text ?? null;
}

describe('a rule', () => {
  test.each([
    ['psf/requests', 'github:psf/requests@v2.32.3'],
    ['PSF/Requests', 'github:psf/requests'],
    ['https://github.com/psf/requests.git', 'github:psf/requests'],
    ['git@github.com:psf/requests.git', 'github:psf/requests'],
    ['github:psf/requests', 'github:psf/requests'],
    ['psf/*', 'github:psf/black'],
    ['requests-2.32.3.tar.gz', 'requests-2.32.3.tar.gz'],
    ['requests-*', 'requests-2.32.3.tar.gz'],
    // Of an address all that is known stands in the origin, also where no log is at hand.
    ['gnome/libs/glib', 'https://gitlab.com/gnome/libs/glib.git#2.80.0'],
    ['gitlab.com/gnome/**', 'https://gitlab.com/gnome/libs/glib'],
    ['gitlab:gnome/libs/glib', 'git@gitlab.com:gnome/libs/glib.git'],
    ['git@gitlab.com:gnome/libs/glib.git', 'https://gitlab.com/gnome/libs/glib'],
    ['https://GitLab.com/gnome/libs/glib', 'https://gitlab.com/gnome/libs/glib.git'],
    ['http://localhost:8080/a/b.git', 'https://localhost:8080/a/b'],
    ['ssh://git@github.com/psf/requests', 'github:psf/requests'],
  ])('%s matches %s', (list, origin) => {
    expect(rule(list, origin)).not.toBeNull();
  });

  test.each([
    ['psf/requests', 'github:psf/requests-html'],
    ['psf/*', 'github:psf2/black'],
    // Somebody's repository on a host is named with its owner.
    ['requests', 'github:psf/requests'],
    ['psf/requests', 'requests'],
    ['glib', 'https://gitlab.com/gnome/libs/glib'],
    ['gitlab.com/gnome/glib', 'https://codeberg.org/gnome/glib'],
  ])('%s does not match %s', (list, origin) => {
    expect(rule(list, origin)).toBeNull();
  });

  test('of an address has a pattern of paths too, and is read again as it is recorded', () => {
    const origin = 'https://localhost:8080/a/b';
    const list = 'https://localhost:8080/a/b:src/*.py';
    const text = rule(list, origin, ['src/x.py']) ?? '';
    expect(text).toBe('https://localhost:8080/a/b:src/*.py');
    expect(rule(text, origin, ['src/x.py'])).toBe(text);
    expect(rule(text, origin, ['lib/x.py'])).toBeNull();
  });

  test('knows the name that the code host gives', () => {
    expect(rule('psf/requests', 'github:old/name', [], hosted)).toBe('psf/requests');
  });

  test('of a path takes a repository that has such a file', () => {
    const paths = ['src/a/b.py', 'README.md'];
    expect(rule('*:src/**/*.py', 'x', paths)).toBe('*:src/**/*.py');
    expect(rule('*:src/*.py', 'x', paths)).toBeNull();
    expect(rule('psf/*:**/b.py', 'github:psf/x', paths)).toBe('psf/*:**/b.py');
    expect(rule('psf/*:**/b.py', 'github:other/x', paths)).toBeNull();
  });
});

test('a hostile pattern ends, for paths and for names', () => {
  const pattern = `${'*a'.repeat(40)}b`;
  expect(rule(`*:${pattern}`, 'x', ['a'.repeat(400)])).toBeNull();
  expect(rule(`*:${'**/'.repeat(200)}z`, 'x', ['a/'.repeat(400)])).toBeNull();
  expect(rule(`a/${pattern}`, `github:a/${'a'.repeat(100)}`)).toBeNull();
  expect(rule(`a/${pattern}`, `github:a/${'a'.repeat(99)}b`)).not.toBeNull();
});

test.each(['*', '*/*', '*:**', 'psf/requests:', ':a', 'a b'])(
  '%s is refused with its line',
  (line) => {
    expect(() => parseOptOutList(`# a comment\n${line}\n`, 'list.txt')).toThrow(
      /^list\.txt, line 2: .* is no rule of an opt-out/,
    );
  },
);
