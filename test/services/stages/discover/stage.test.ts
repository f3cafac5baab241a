/** Folders, archives and lists give deterministic archives (I6) and stable positions on resume. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../../services/runtime/ids.ts';
import type { SourceItem } from '../../../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { discoverKnobs } from '../../../../services/stages/discover/config.ts';
import { type PackLimits, packSource } from '../../../../services/stages/discover/pack-source.ts';
import { expandSources } from '../../../../services/stages/discover/sources.ts';
import { discover } from '../../../../services/stages/discover/stage.ts';
import { tgz, zip } from '../admit/hostile-archives.ts';

const run = promisify(execFile);
const limits: PackLimits = { ...discoverKnobs.parse({}), outputFolder: null };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'discover-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function pack(path: string, change: Partial<PackLimits> = {}) {
  const [spec] = await expandSources([join(folder, path)], null);
  if (spec === undefined) throw new Error('no source');
  return packSource(spec, { ...limits, ...change });
}

async function list(archive: Buffer): Promise<readonly string[]> {
  const entries = extract();
  entries.end(archive);
  const lines: string[] = [];
  for await (const entry of entries) {
    const pax = entry.header.pax as Record<string, string> | null | undefined;
    lines.push(
      [entry.header.type, entry.header.name, pax?.['BACKSTORY.skip'] ?? ''].join(' ').trim(),
    );
    entry.resume();
  }
  return lines.map((line) => line.replace('repository/', ''));
}

describe('a folder', () => {
  test('I6: equal content gives equal bytes, whatever the name, times and order', async () => {
    await write({ 'one/b.txt': 'b', 'one/a/c.txt': 'c', 'one/a.txt': 'a' });
    await write({ 'two/a.txt': 'a', 'two/a/c.txt': 'c', 'two/b.txt': 'b' });
    await utimes(join(folder, 'two/a.txt'), 1, 1);
    await chmod(join(folder, 'two/b.txt'), 0o755);
    const one = await pack('one');
    expect(one.archive.equals((await pack('two')).archive)).toBe(true);
    expect(await list(one.archive)).toEqual(['file a.txt', 'file a/c.txt', 'file b.txt']);
    expect(one).toMatchObject({
      name: 'one',
      origin: 'one',
      commit: null,
      format: 'tar',
      eventTimeMs: 0,
    });
    expect(one.archive.includes(folder)).toBe(false);
  });

  test('honours nested .gitignore files as git does', async () => {
    await write({
      'r/.git/HEAD': '',
      'r/.gitignore': '*.log\n/build/\n',
      'r/a.log': '',
      'r/A.LOG': '',
      'r/build/x': '',
      'r/sub/build/x': '',
      'r/sub/.gitignore': '!keep.log\nsecret\n',
      'r/sub/keep.log': '',
      'r/sub/secret': '',
      'r/secret': '',
      'r/..odd': '',
    });
    expect(await list((await pack('r')).archive)).toEqual([
      'file ..odd',
      'file .gitignore',
      'file A.LOG',
      'file secret',
      'file sub/.gitignore',
      'file sub/build/x',
      'file sub/keep.log',
      'file .git version-control',
      'file a.log ignored',
      'file build ignored',
      'file sub/secret ignored',
    ]);
  });

  test('a part of a checkout obeys .gitignore files above, unless they ignore the part itself', async () => {
    await write({
      'r/.git/HEAD': '',
      'r/.gitignore': '.env\nout/\n',
      'r/part/.env': '',
      'r/part/a': '',
      'r/out/b': '',
    });
    expect(await list((await pack('r/part')).archive)).toEqual(['file a', 'file .env ignored']);
    expect(await list((await pack('r/out')).archive)).toEqual(['file b']);
  });

  test('leaves out folders that never belong to a repository', async () => {
    await write({
      'r/a': '',
      'r/.git/config': '',
      'r/node_modules/x/a.js': '',
      'r/.backstory/x': '',
      'r/env/pyvenv.cfg': '',
      'r/env/x.py': '',
      'r/old-output/run.json': '{}',
      'r/old-output/manifest/0.json': '',
      'r/new-output/x': '',
      'r/tmp/x': '',
    });
    const change = { ignore: ['tmp/'], outputFolder: join(folder, 'r/new-output') };
    expect(await list((await pack('r', change)).archive)).toEqual([
      'file a',
      'file .backstory output',
      'file .git version-control',
      'file env vendored',
      'file new-output output',
      'file node_modules vendored',
      'file old-output output',
      'file tmp ignored',
    ]);
  });

  test('what is left out does not change the identity', async () => {
    await write({ 'r/a': 'a' });
    const before = await pack('r');
    await write({ 'r/node_modules/b/b.js': '' });
    const after = await pack('r');
    expect(after.contentSha256).toBe(before.contentSha256);
    expect(before.contentSha256).toBe(sha256(before.archive));
    await write({ 'r/a': 'b' });
    expect((await pack('r')).contentSha256).not.toBe(before.contentSha256);
  });

  test('lists links and large files without following or reading them', async () => {
    await write({ 'r/a': 'a', 'r/big': 'x'.repeat(100) });
    await symlink('/etc/passwd', join(folder, 'r/link'));
    await symlink('..', join(folder, 'r/up'));
    const { archive } = await pack('r', { fileBytesMax: 50 });
    expect(await list(archive)).toEqual([
      'file a',
      'file big too-large',
      'symlink link',
      'symlink up',
    ]);
    expect(archive.includes('/etc/passwd')).toBe(false);
  });

  test('packs files of many sizes exactly', async () => {
    const sizes = [0, 1, 511, 512, 513, 70_000, 300_000];
    await write(Object.fromEntries(sizes.map((size) => [`r/f${size}`, 'x'.repeat(size)])));
    await write({ [`r/${'long-folder-name/'.repeat(12)}file`]: 'deep', 'r/ünï': 'names' });
    expect(await list((await pack('r')).archive)).toHaveLength(sizes.length + 2);
  });

  test('refuses an empty folder, too many files and too many bytes', async () => {
    await write({ 'empty/.git/HEAD': '', 'r/a': 'x'.repeat(5_000), 'r/b': '' });
    await write({ 'clones/a/.git/HEAD': '', 'clones/a/x': '' });
    await expect(pack('empty')).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    await expect(pack('clones')).rejects.toThrow('1 nested-repository; name each repository');
    await expect(pack('r', { entriesMax: 1 })).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
    await expect(pack('r', { archiveBytesMax: 2_000 })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
    });
  });

  test('reports the commit and its time', async () => {
    await write({ 'r/a': 'a', 'r/new/b': 'b' });
    const git = (...options: readonly string[]) =>
      run(
        'git',
        [
          '-C',
          join(folder, 'r'),
          '-c',
          'user.name=a',
          '-c',
          'user.email=a@example.com',
          ...options,
        ],
        {
          env: {
            PATH: process.env.PATH,
            GIT_COMMITTER_DATE: '1700000000 +0100',
            GIT_AUTHOR_DATE: '1600000000 +0000',
          },
        },
      );
    await git('init', '-q');
    expect(await pack('r')).toMatchObject({ commit: null, eventTimeMs: 0 });
    await git('add', 'a');
    await git('commit', '-q', '-m', 'first');
    const commit = (await git('rev-parse', 'HEAD')).stdout.trim();
    expect(await pack('r')).toMatchObject({ commit, eventTimeMs: 1_700_000_000_000 });
    expect(await pack('r/new')).toMatchObject({ commit: null, eventTimeMs: 0 });
  });
});

describe('an archive', () => {
  test('is stored unchanged, and its newest entry gives the time', async () => {
    const archive = tgz([{ name: 'a', body: 'a' }]);
    await writeFile(join(folder, 'a-1.0.tar.gz'), archive);
    const packed = await pack('a-1.0.tar.gz');
    expect(packed).toMatchObject({
      name: 'a-1.0',
      origin: 'a-1.0.tar.gz',
      format: 'tgz',
      eventTimeMs: 1_700_000_000_000,
    });
    expect(packed.archive.equals(archive)).toBe(true);
    await writeFile(join(folder, 'b.whl'), zip([{ name: 'b', body: 'b' }]));
    expect(await pack('b.whl')).toMatchObject({
      format: 'zip',
      eventTimeMs: Date.UTC(2024, 1, 3, 4, 5, 6),
    });
  });

  test('a damaged one passes, an empty or too large one is refused', async () => {
    await write({ 'bad.tgz': 'no gzip', 'none.zip': '' });
    expect(await pack('bad.tgz')).toMatchObject({ eventTimeMs: 0 });
    await expect(pack('none.zip')).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    await expect(pack('bad.tgz', { archiveBytesMax: 3 })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
    });
  });
});

describe('sources', () => {
  test.each([
    ['owner/name@v1', 'SOURCE_MISSING', /write github:owner\/name@v1/],
    ['src/mistyped', 'SOURCE_MISSING', /no such file or folder; if .* GitHub, write github:src/],
    ['missing/a/b', 'SOURCE_MISSING', /no such file/],
    ['missing.tgz', 'SOURCE_MISSING', /missing\.tgz/],
    ['@missing.txt', 'SOURCE_MISSING', /list/],
    ['package.json', 'SOURCE_UNREADABLE', /neither/],
  ])('%s is %s', async (source, code, message) => {
    const expected = { code, message: expect.stringMatching(message) };
    await expect(expandSources([source], null)).rejects.toMatchObject(expected);
  });

  test('a list is relative to its folder, and bad lines become unreadable entries', async () => {
    await write({
      'lists/r/a': '',
      'lists/l.txt': '# sources\nr\n../x.tgz\n@more.txt\nowner/name\n/no/machine/path.tgz\n',
    });
    const specs = await expandSources([`@${join(folder, 'lists/l.txt')}`], null);
    expect(specs.map(({ kind, origin }) => [kind, origin])).toEqual([
      ['folder', 'r'],
      ['unreadable', 'x.tgz'],
      ['unreadable', '@more.txt'],
      ['unreadable', 'name'],
      ['unreadable', 'path.tgz'],
    ]);
    const details = specs.map((spec) => (spec.kind === 'unreadable' ? spec.detail : ''));
    expect(details.join()).not.toContain('/no/machine');
    expect(await expandSources([`@${join(folder, 'lists/l.txt')}`], 2)).toEqual(specs.slice(0, 2));
    await expect(expandSources([`@${join(folder, 'lists/l.txt')}`], null, 3)).rejects.toMatchObject(
      { code: 'CONFIG_INVALID' },
    );
  });
});

describe('the stage', () => {
  async function items(): Promise<readonly SourceItem[]> {
    const blobs = await openLocalBlobStore(join(folder, 'blobs'));
    const config = discoverKnobs.parse({ sources: [`@${join(folder, 'l.txt')}`] });
    const signal = new AbortController().signal;
    const tools = { config, blobs, signal, run: { outputFolder: join(folder, 'out') } };
    const found: SourceItem[] = [];
    type ItemTools = Parameters<typeof discover.items>[0];
    const round = { purpose: 'read' as const, added: [], addedOnly: false };
    const nothing = { has: () => false, hasTree: () => false, bodies: async () => {} };
    const past = { ...round, ...nothing };
    for await (const item of discover.items(tools as unknown as ItemTools, past)) {
      if (!('kind' in item)) found.push(item);
    }
    return found;
  }

  test('ids come from the content, wherever a source stands in the input', async () => {
    await write({ 'a/x': 'x', 'b/.keep': '', 'c/x': 'x', 'l.txt': 'a\nmissing\nempty\nc\n' });
    await mkdir(join(folder, 'empty'));
    const all = await items();
    expect(all.map((item) => item.outcome.kind)).toEqual([
      'emit',
      'unreadable',
      'unreadable',
      'emit',
    ]);
    expect(all[2]).toMatchObject({
      subject: { name: 'empty' },
      outcome: { reason: 'SOURCE_EMPTY' },
    });
    expect(all[3]?.outcome).toMatchObject({
      topic: 'repo-found',
      body: { name: 'c', format: 'tar' },
    });
    expect(new Set(all.map((item) => item.repositoryId)).size).toBe(4);
    await write({ 'new/x': 'x', 'l.txt': 'new\nc\nempty\nmissing\na\n' });
    expect((await items()).slice(1)).toEqual(all.toReversed());
    await write({ 'a/x': 'y' });
    expect((await items()).at(-1)?.repositoryId).not.toBe(all[0]?.repositoryId);
  });

  test.each([{ limit: 0 }, { sources: [''] }, { archiveBytesMax: -1 }, { sources: 'a' }])(
    '%o is refused',
    (value) => {
      expect(discoverKnobs.safeParse(value).success).toBe(false);
    },
  );
});
