/** Interpretation of source strings, and identities derived from content (I7). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  archiveFormat,
  isHostedName,
  parseList,
  repositoryIdentity,
  repositoryName,
  unreadableIdentity,
} from '../../../../services/stages/discover/source-names.ts';

describe('names', () => {
  test.each([
    ['flask-3.0.3.tar.gz', 'tgz', 'flask-3.0.3'],
    ['express-5.1.0.tgz', 'tgz', 'express-5.1.0'],
    ['serde-1.0.0.crate', 'tgz', 'serde-1.0.0'],
    ['a.tar', 'tar', 'a'],
    ['a.ZIP', 'zip', 'a'],
    ['attrs-1-py3-none-any.whl', 'zip', 'attrs-1-py3-none-any'],
    ['gson-2.13-sources.jar', 'zip', 'gson-2.13-sources'],
    ['node.js', null, 'node.js'],
    ['a.tar.xz', null, 'a.tar.xz'],
    ['.zip', 'zip', '.zip'],
    ['', null, 'repository'],
  ])('%s', (base, format, name) => {
    expect(archiveFormat(base)).toBe(format);
    expect(repositoryName(base)).toBe(name);
  });

  test.each([
    ['expressjs/express', true],
    ['expressjs/express@v5.1.0', true],
    ['./a/b', false],
    ['/a/b', false],
    ['a/b/c', false],
    ['a', false],
    ['dist/a.tgz', false],
    ['../a', false],
  ])('%s is a hosted name: %s', (source, expected) => {
    expect(isHostedName(source)).toBe(expected);
  });
});

test('a list has one source per line', () => {
  expect(parseList('# first\r\na\n\n  b  \n#c\nd#e')).toEqual(['a', 'b', 'd#e']);
});

test('I7: identities depend on name and content, and differ if either differs', () => {
  const text = fc.string({ maxLength: 20 });
  fc.assert(
    fc.property(text, text, text, text, (name, sha, otherName, otherSha) => {
      const first = repositoryIdentity(name, sha);
      expect(first).toMatch(/^[0-9a-f]{32}$/);
      const same = name === otherName && sha === otherSha;
      expect(repositoryIdentity(otherName, otherSha) === first).toBe(same);
      expect(unreadableIdentity(name, sha, 0)).not.toBe(unreadableIdentity(name, sha, 1));
    }),
  );
});
