/** Which texts are addresses of git, and what they name; all others are paths or GitHub's. */
import { describe, expect, test } from 'vitest';
import { readGitAddress } from '../../../../services/ports/git/address.ts';

describe('addresses', () => {
  test.each([
    ['https://gitlab.com/group/sub/project', 'gitlab.com', 'group/sub/project', null],
    ['https://codeberg.org/forgejo/forgejo.git#v12.0', 'codeberg.org', 'forgejo/forgejo', 'v12.0'],
    ['http://localhost:8080/a.git/', 'localhost:8080', 'a', null],
    ['git://git.example/pub/scm/git.git', 'git.example', 'pub/scm/git', null],
    ['ssh://git@Host.Example:2222/a/b.git', 'host.example:2222', 'a/b', null],
    ['git@gitlab.com:group/project.git#main', 'gitlab.com', 'group/project', 'main'],
    ['ssh://git@github.com/o/n', 'github.com', 'o/n', null],
    ['https://git.sr.ht/~sircmpwn/scdoc', 'git.sr.ht', '~sircmpwn/scdoc', null],
  ])('%s', (text, host, path, reference) => {
    const address = text.replace(/\/?(?:#.*)?$/, '');
    expect(readGitAddress(text)).toEqual({ address, host, path, reference });
  });

  test('gitlab: is short for the address at gitlab.com', () => {
    expect(readGitAddress('gitlab:gnome/libs/glib@2.80.0')).toEqual({
      address: 'https://gitlab.com/gnome/libs/glib',
      ...{ host: 'gitlab.com', path: 'gnome/libs/glib', reference: '2.80.0' },
    });
  });
});

test.each([
  'github:o/n',
  'https://github.com/o/n',
  'git@github.com:o/n.git',
  './https:',
  'C:/work/project',
  'host:path',
  'folder',
  'file:///etc',
  'ext::sh -c id',
  'name@2x.zip',
])('%s is no address', (text) => {
  expect(readGitAddress(text)).toBeNull();
});

test.each([
  ['https://me:secret@gitlab.com/g/p', 'credential helper'],
  ['https://token@gitlab.com/g/p', 'credential helper'],
  ['ssh://git:secret@host/g/p', 'credential helper'],
  ['https://gitlab.com', 'names no repository'],
  ['https://gitlab.com/', 'names no repository'],
  ['https://gitlab.com/g/p?private_token=x', 'names no repository'],
  ['https://host/../../etc', 'names no repository'],
  ['ssh://-oProxyCommand=id/x', 'names no repository'],
  ['https://host/g/p\nfatal: all is well', 'names no repository'],
  ['https://host/p.tar.gz', 'download it'],
  ['https://host/g/p#', 'no branch, tag or hash'],
  ['https://host/g/p#--upload-pack=id', 'no branch, tag or hash'],
  ['gitlab:p', 'gitlab:GROUP/NAME'],
  ['gitlab:g/p;id', 'gitlab:GROUP/NAME'],
])('%s is refused', (text, words) => {
  expect(readGitAddress(text)).toEqual({ problem: expect.stringContaining(words) });
});
