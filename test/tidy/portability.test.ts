/** Nothing in the repository knows the machine that it was written on. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findAll, readFiles, root, type SourceFile } from './rules/source-files.ts';

const isText = (path: string) => !/\.(mds|bin|gz|tgz|zip|tar|png)$/.test(path);

/** The private networks as a whole (RFC 1918) tell of no machine. */
const wholeNetwork = String.raw`(?!10\.0\.0\.0\/8|192\.168\.0\.0\/16|172\.16\.0\.0\/12)`;
const privateAddress = new RegExp(
  String.raw`\b${wholeNetwork}(10\.\d+|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+`,
);

const patterns: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a path of one machine', pattern: /(?<![\w.])\/(work|root|Users)\/[a-z]/ },
  { what: 'a path of one machine', pattern: /(?<![\w.])\/home\/(?!user|person|someone)[a-z]/ },
  { what: 'a registry host', pattern: /https?:\/\/[^\s/'"]*(registry|artifactory|nexus|mirror)/ },
  { what: 'a private address', pattern: privateAddress },
];

function machineTraces({ text }: SourceFile): string[] {
  return text.split('\n').flatMap((line, index) => {
    const hits = patterns.filter(({ pattern }) => pattern.test(line));
    return hits.map(({ what }) => `line ${index + 1} has ${what}`);
  });
}

describe('portability', () => {
  test('no file holds machine paths, registry hosts or private addresses', () => {
    const exempt = (path: string) => path.startsWith('test/') || path === 'LICENSE';
    expect(
      findAll(
        readFiles(isText).filter(({ path }) => !exempt(path)),
        machineTraces,
      ),
    ).toEqual([]);
  });

  test.each([
    ['const path = "/work/', 'main";'],
    ['const path = "/root/', 'x";'],
    ['const path = "/home/', 'alice/x";'],
    ['"resolved": "https://registry', '.npmjs.org/x"'],
    ['const host = "192.168.', '0.7";'],
    ['const network = "10.1.0.', '0/16";'],
  ])('finds %s', (...parts) => {
    expect(machineTraces({ path: 'x.ts', text: parts.join('') })).toHaveLength(1);
  });

  test('a private network as a whole is no trace', () => {
    const text = '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16';
    expect(machineTraces({ path: 'x.ts', text })).toEqual([]);
  });

  test('the lock file names no download addresses', () => {
    const lock = readFileSync(`${root}/package-lock.json`, 'utf8');
    expect(lock).not.toContain('"resolved"');
  });
});
