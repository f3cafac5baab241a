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
  ])('%s matches %s', (list, origin) => {
    expect(rule(list, origin)).not.toBeNull();
  });

  test.each([
    ['psf/requests', 'github:psf/requests-html'],
    ['psf/*', 'github:psf2/black'],
    // Somebody's repository on a host is named with its owner.
    ['requests', 'github:psf/requests'],
    ['psf/requests', 'requests'],
  ])('%s does not match %s', (list, origin) => {
    expect(rule(list, origin)).toBeNull();
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
