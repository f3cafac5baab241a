/**
 * One tree in all its forms gives the same files: a checkout, a plain folder, and archives of it.
 * What is left out is listed with its reason (I11), and an error of one entry is that entry's.
 */
import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pack as tarPack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArchiveFormat } from '../../../../schemas/generated/types.ts';
import { admitArchive } from '../../../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../../../services/stages/admit/config.ts';
import { discoverKnobs } from '../../../../services/stages/discover/config.ts';
import { packSource } from '../../../../services/stages/discover/pack-source.ts';
import { expandSources } from '../../../../services/stages/discover/sources.ts';
import { tar, zip } from '../admit/hostile-archives.ts';

const execute = promisify(execFile);
const limits = { ...discoverKnobs.parse({}), outputFolder: null };
const deep = `${'a-long-folder-name/'.repeat(8)}deep.txt`;
const tree: Readonly<Record<string, string>> = {
  '.gitignore': 'build/\n*.gen.py\n',
  'build/kept.py': 'kept = 1\n',
  'a.gen.py': 'generated_by_hand = 1\n',
  'src/main.py': 'print(1)\n',
  'src/same.py': 'print(1)\n',
  [deep]: 'deep\n',
  'docs/ünï.md': '# Names\n',
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forms-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(base: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, base, path)), { recursive: true });
    await writeFile(join(folder, base, path), text);
  }
}

const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
const allow = ['-c', 'protocol.file.allow=always'];

async function git(place: string, ...command: readonly string[]): Promise<string> {
  const options = ['-C', join(folder, place), ...identity, ...allow, ...command];
  return (await execute('git', options)).stdout;
}

async function commitAll(place: string): Promise<void> {
  await git(place, 'init', '-q');
  await git(place, 'add', '--all', '--force');
  await git(place, 'commit', '-q', '-m', 'all');
}

async function admitBytes(format: ArchiveFormat, archive: Buffer) {
  const source = { name: 'r', origin: 'r', format, archive };
  const { files, skipped, licence } = await admitArchive(source, admitKnobs.parse({}));
  return { paths: files.map(({ path }) => path), skipped, licence: licence.expression };
}

async function admitFolder(place: string) {
  const [spec] = await expandSources([join(folder, place)], null);
  if (spec === undefined) throw new Error('no source');
  const { archive, format } = await packSource(spec, limits);
  return admitBytes(format, archive);
}

const wanted = Object.keys(tree).sort();

describe('one tree', () => {
  test('as a checkout has the files that git tracks, also ignored ones', async () => {
    await write('r', tree);
    await commitAll('r');
    await write('r', { 'build/new.py': 'new = 1\n', 'untracked.py': 'print(2)\n' });
    const { paths, skipped } = await admitFolder('r');
    expect(paths).toEqual([...wanted, 'untracked.py'].sort());
    expect(skipped).toEqual([
      { path: '.git', reason: 'version-control' },
      { path: 'build/new.py', reason: 'ignored' },
    ]);
  });

  test('as a bare repository is no source: nothing but the state of git is in it', async () => {
    await write('r', tree);
    await commitAll('r');
    await git('r', 'clone', '-q', '--bare', '.', join(folder, 'bare'));
    await expect(admitFolder('bare')).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  test('as a working tree is one although its files are named as those of git', async () => {
    const named = { HEAD: 'x\n', 'objects/a.py': 'a = 1\n', 'refs/b.py': 'b = 1\n' };
    await write('r', named);
    await commitAll('r');
    expect((await admitFolder('r')).paths).toEqual(Object.keys(named).sort());
  });

  test.each(['2', '3', '4'])('is read from version %s of the index', async (version) => {
    await write('r', tree);
    await commitAll('r');
    if (version === '3') {
      await write('r', { 'later.py': '' });
      await git('r', 'add', '--intent-to-add', 'later.py');
      await rm(join(folder, 'r/later.py'));
    }
    await git('r', 'update-index', '--index-version', version);
    expect((await admitFolder('r')).paths).toEqual(wanted);
  });

  test('is read from a split index, and from one with longer hashes', async () => {
    await write('r', tree);
    await commitAll('r');
    await git('r', 'update-index', '--split-index');
    expect((await admitFolder('r')).paths).toEqual(wanted);
    await write('s', tree);
    await git('s', 'init', '-q', '--object-format=sha256');
    await git('s', 'add', '--all', '--force');
    expect((await admitFolder('s')).paths).toEqual(wanted);
  });

  test('with a damaged index says so and goes by .gitignore', async () => {
    await write('r', tree);
    await commitAll('r');
    await writeFile(join(folder, 'r/.git/index'), 'DIRC and more that is no index');
    const { paths, skipped } = await admitFolder('r');
    expect(paths).not.toContain('build/kept.py');
    expect(skipped).toContainEqual({ path: '.git', reason: 'index-unreadable' });
  });

  test('as a plain folder, a tar, a zip and git archives has the same files', async () => {
    await write('r', tree);
    await commitAll('r');
    await cp(join(folder, 'r'), join(folder, 'plain'), { recursive: true });
    await rm(join(folder, 'plain/.git'), { recursive: true });
    expect((await admitFolder('plain')).paths).toEqual(wanted);
    for (const format of ['tar', 'zip'] as const) {
      const file = join(folder, `all.${format}`);
      await git('r', 'archive', `--format=${format}`, '--prefix=r-1/', '-o', file, 'HEAD');
      const archived = await admitBytes(format, await readFile(file));
      expect([format, archived.paths, archived.skipped]).toEqual([format, wanted, []]);
    }
    const entries = Object.entries(tree).map(([name, body]) => ({ name: `r/${name}`, body }));
    expect((await admitBytes('zip', zip(entries))).paths).toEqual(wanted);
  });

  test('with hard links inside a tar, long names and pax headers has the same files', async () => {
    await write('r', tree);
    await rm(join(folder, 'r/src/same.py'));
    await link(join(folder, 'r/src/main.py'), join(folder, 'r/src/same.py'));
    for (const form of ['gnu', 'pax', 'ustar']) {
      const file = join(folder, `${form}.tar`);
      await execute('tar', ['--format', form, '-C', folder, '-cf', file, 'r']);
      const found = await admitBytes('tar', await readFile(file));
      expect([form, found.paths, found.skipped]).toEqual([form, wanted, []]);
    }
  });

  test('that is packed as `.` keeps its only folder', async () => {
    await write('r', { 'src/main.py': 'print(1)\n' });
    const file = join(folder, 'dot.tar');
    await execute('tar', ['-C', join(folder, 'r'), '-cf', file, '.']);
    expect((await admitBytes('tar', await readFile(file))).paths).toEqual(['src/main.py']);
  });
});

test('a hard link counts its bytes, and one to nothing is listed', async () => {
  const packed = tarPack();
  const body = `${'x'.repeat(99)}\n`.repeat(9_000);
  packed.entry({ name: 'r/a' }, body);
  for (let index = 0; index < 400; index++) {
    packed.entry({ name: `r/b${index}`, type: 'link', linkname: 'r/a' });
  }
  packed.entry({ name: 'r/none', type: 'link', linkname: 'r/missing' });
  packed.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packed) chunks.push(chunk as Buffer);
  const archive = Buffer.concat(chunks);
  await expect(admitBytes('tar', archive)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
  const linked = tar([
    { name: 'r/a', body: 'a' },
    { name: 'r/l', type: '1' },
  ]);
  expect((await admitBytes('tar', linked)).skipped).toEqual([{ path: 'l', reason: 'link' }]);
});

describe('other repositories', () => {
  async function writeSubmodule(): Promise<void> {
    await write('shout', { COPYING: 'GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007\n' });
    await write('shout', { 'shout.py': 'def shout(): ...\n' });
    await commitAll('shout');
    await write('r', { 'main.py': 'print(2)\n', 'package.json': '{"license": "MIT"}\n' });
    await git('r', 'init', '-q');
    await git('r', 'submodule', '--quiet', 'add', join(folder, 'shout'), 'libs/shout');
    await git('r', 'add', '--all');
    await git('r', 'commit', '-q', '-m', 'all');
  }

  test('a submodule is no part of the repository, nor is its licence', async () => {
    await writeSubmodule();
    const expected = {
      paths: ['.gitmodules', 'main.py', 'package.json'],
      skipped: [
        { path: '.git', reason: 'version-control' },
        { path: 'libs/shout', reason: 'submodule' },
      ],
      licence: 'MIT',
    };
    expect(await admitFolder('r')).toEqual(expected);
    await execute('tar', ['-C', folder, '-cf', join(folder, 'r.tar'), 'r']);
    expect(await admitBytes('tar', await readFile(join(folder, 'r.tar')))).toEqual(expected);
    await rm(join(folder, 'r/.git'), { recursive: true });
    await rm(join(folder, 'r/libs/shout/.git'));
    const { skipped, licence } = await admitFolder('r');
    expect([skipped, licence]).toEqual([[{ path: 'libs/shout', reason: 'submodule' }], 'MIT']);
  });

  test('.git as a file, of a worktree or a submodule, enters no archive', async () => {
    await writeSubmodule();
    await git('r', 'worktree', 'add', '-q', join(folder, 'wt'), '-b', 'side');
    for (const place of ['wt', 'r/libs/shout']) {
      const [spec] = await expandSources([join(folder, place)], null);
      if (spec === undefined) throw new Error('no source');
      const { archive, commit } = await packSource(spec, limits);
      expect(archive.includes('gitdir:')).toBe(false);
      expect(commit).not.toBeNull();
      const { paths, skipped } = await admitBytes('tar', archive);
      expect(paths).not.toContain('.git');
      expect(skipped).toContainEqual({ path: '.git', reason: 'version-control' });
    }
  });

  test('a clone inside, and the state of other systems, are left out in every form', async () => {
    const mixed = {
      'a.py': 'print(1)\n',
      'deps/x/.git/config': '',
      'deps/x/x.py': 'print(2)\n',
      '.hg/store/a': 'state',
      '.svn/entries': '12',
      '.jj/repo/a': 'state',
      'src/CVS/Entries': '/a.py/1.1///',
      'src/CVS/Root': ':pserver:somebody@host:/root',
      'src/b.py': 'print(3)\n',
    };
    await write('r', mixed);
    const expected = {
      paths: ['a.py', 'src/b.py'],
      skipped: [
        { path: '.hg', reason: 'version-control' },
        { path: '.jj', reason: 'version-control' },
        { path: '.svn', reason: 'version-control' },
        { path: 'deps/x', reason: 'nested-repository' },
        { path: 'src/CVS', reason: 'version-control' },
      ],
      licence: 'unknown',
    };
    expect(await admitFolder('r')).toEqual(expected);
    const entries = Object.entries(mixed).map(([name, body]) => ({ name: `r/${name}`, body }));
    expect(await admitBytes('tar', tar(entries))).toEqual(expected);
    expect(await admitBytes('zip', zip(entries))).toEqual(expected);
  });
});

describe('an error of one entry', () => {
  test('is that entry’s: names that are not UTF-8, sockets, pipes, loops, no permission', async () => {
    await write('r', { 'src/main.py': 'print(1)\n', 'closed.py': '', 'shut/a.py': '' });
    const odd = Buffer.from(join(folder, 'r/docs/Fran\u00e7ais'), 'latin1');
    await mkdir(join(folder, 'r/docs'));
    await mkdir(odd);
    await writeFile(Buffer.concat([odd, Buffer.from('/lisez-moi.md')]), '# Bonjour\n');
    await writeFile(join(folder, 'r/docs/readme.md'), '# Hello\n');
    await writeFile(Buffer.from(join(folder, 'r/n\u00efce.py'), 'latin1'), 'print(1)\n');
    await symlink('.', join(folder, 'r/loop'));
    await execute('mkfifo', [join(folder, 'r/pipe')]);
    const server = createServer().listen(join(folder, 'r/socket'));
    try {
      await chmod(join(folder, 'r/closed.py'), 0);
      await chmod(join(folder, 'r/shut'), 0);
      const isRoot = (await readdir(join(folder, 'r/shut')).catch(() => null)) !== null;
      const { paths, skipped } = await admitFolder('r');
      expect(paths).toEqual(
        [
          ...(isRoot ? ['closed.py'] : []),
          'docs/readme.md',
          ...(isRoot ? ['shut/a.py'] : []),
          'src/main.py',
        ].sort(),
      );
      expect(skipped).toEqual(
        [
          ...(isRoot
            ? []
            : [
                { path: 'closed.py', reason: 'unreadable' },
                { path: 'shut', reason: 'unreadable' },
              ]),
          { path: 'loop', reason: 'link' },
          { path: 'pipe', reason: 'special' },
          { path: 'socket', reason: 'special' },
          { path: 'docs/Fran\uFFFDais', reason: 'unsafe-path' },
          { path: 'n\uFFFDce.py', reason: 'unsafe-path' },
        ].sort((a, b) => (a.path < b.path ? -1 : 1)),
      );
    } finally {
      server.close();
      await chmod(join(folder, 'r/shut'), 0o755);
    }
  });
});
