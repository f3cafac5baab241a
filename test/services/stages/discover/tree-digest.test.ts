/** One tree has one digest in all its forms (I6), and another tree has another digest. */
import { execFile } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { discoverKnobs } from '../../../../services/stages/discover/config.ts';
import { packSource } from '../../../../services/stages/discover/pack-source.ts';
import { expandSources } from '../../../../services/stages/discover/sources.ts';
import { type TarEntry, tar, tgz, zip } from '../admit/hostile-archives.ts';

const execute = promisify(execFile);
const limits = { ...discoverKnobs.parse({}), outputFolder: null };
const tree: Readonly<Record<string, string>> = {
  'src/main.py': 'print(1)\n',
  'src/same.py': 'print(1)\n',
  'README.md': '# Names\n',
  'docs/ünï.md': '',
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trees-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(base: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, base, path)), { recursive: true });
    await writeFile(join(folder, base, path), text);
  }
}

async function digestOf(place: string, change: Partial<typeof limits> = {}) {
  const [spec] = await expandSources([join(folder, place)], null);
  if (spec === undefined) throw new Error('no source');
  return (await packSource(spec, { ...limits, ...change })).treeSha256;
}

async function digestOfBytes(name: string, bytes: Buffer, change: Partial<typeof limits> = {}) {
  await writeFile(join(folder, name), bytes);
  return digestOf(name, change);
}

function entriesOf(files: Readonly<Record<string, string>>, top = ''): TarEntry[] {
  return Object.entries(files).map(([path, body]) => ({ name: `${top}${path}`, body }));
}

function zipOf(files: Readonly<Record<string, string>>, top = ''): Buffer {
  return zip(Object.entries(files).map(([path, body]) => ({ name: `${top}${path}`, body })));
}

async function packedWithTar(name: string, ...options: readonly string[]) {
  await execute('tar', ['-cf', join(folder, name), ...options]);
  return digestOf(name);
}

describe('one tree has one digest', () => {
  test('as a folder, a tar, a compressed tar, a zip and a wheel, under any name', async () => {
    await write('r', tree);
    const wanted = await digestOf('r');
    expect(wanted).toMatch(/^[0-9a-f]{64}$/);
    const reversed = entriesOf(tree, 'other-1.0/').toReversed();
    expect(await digestOfBytes('a.tar', tar(entriesOf(tree)))).toBe(wanted);
    expect(await digestOfBytes('a.tar.gz', tgz(reversed))).toBe(wanted);
    expect(await digestOfBytes('a.crate', tgz(entriesOf(tree, './')))).toBe(wanted);
    expect(await digestOfBytes('a.zip', zipOf(tree, 'a-main/'))).toBe(wanted);
    expect(await digestOfBytes('a-1.0-py3-none-any.whl', zipOf(tree))).toBe(wanted);
  });

  test('with hard links, links, version control, clones, packages and caches', async () => {
    await write('r', tree);
    const wanted = await digestOf('r');
    await rm(join(folder, 'r/src/same.py'));
    await link(join(folder, 'r/src/main.py'), join(folder, 'r/src/same.py'));
    await symlink('main.py', join(folder, 'r/src/link.py'));
    await write('r', { 'node_modules/b/b.js': 'b', 'src/__pycache__/main.pyc': 'c' });
    await write('r', { 'deps/clone/.git/HEAD': '', 'deps/clone/c.py': 'c' });
    await execute('git', ['-C', join(folder, 'r'), 'init', '-q']);
    expect(await digestOf('r')).toBe(wanted);
    expect(await packedWithTar('in.tar', '-C', folder, 'r')).toBe(wanted);
    expect(await packedWithTar('dot.tar', '-C', join(folder, 'r'), '.')).toBe(wanted);
  });

  test('with all files in one folder, which release archives look like', async () => {
    const one = { 'src/a.py': 'a', 'src/b/c.py': 'c' };
    await write('r', one);
    const wanted = await digestOf('r');
    expect(await packedWithTar('dot.tar', '-C', join(folder, 'r'), '.')).toBe(wanted);
    expect(await digestOfBytes('bare.zip', zipOf(one))).toBe(wanted);
    expect(await digestOfBytes('top.zip', zipOf(one, 'r-1/'))).toBe(wanted);
  });

  test('with a file above the limit, whose bytes a folder is packed without', async () => {
    await write('r', { ...tree, 'data.bin': 'x'.repeat(100) });
    const change = { fileBytesMax: 50 };
    const wanted = await digestOf('r', change);
    const files = { ...tree, 'data.bin': 'x'.repeat(100) };
    expect(await digestOfBytes('a.tar', tar(entriesOf(files)), change)).toBe(wanted);
    expect(await digestOfBytes('a.zip', zipOf(files), change)).toBe(wanted);
  });
});

describe('the digest', () => {
  test.each([
    ['another byte', { ...tree, 'README.md': '# Other\n' }],
    ['another path', { 'lib/main.py': 'print(1)\n', 'src/same.py': 'print(1)\n' }],
    ['one file more', { ...tree, 'empty.txt': '' }],
    ['two bodies exchanged', { ...tree, 'README.md': '', 'docs/ünï.md': '# Names\n' }],
  ])('differs for %s', async (_, changed) => {
    const other = await digestOfBytes('b.zip', zipOf(changed));
    expect(other).not.toBe(await digestOfBytes('a.zip', zipOf(tree)));
  });

  test('is unknown for damage, for a tree without files, and beyond the limit', async () => {
    const damaged = zip([{ name: 'a', body: 'a', checksum: 1, size: 9 }]);
    expect(await digestOfBytes('damaged.zip', damaged)).toBeNull();
    const whole = tgz(entriesOf(tree));
    expect(await digestOfBytes('cut.tgz', whole.subarray(0, whole.length - 30))).toBeNull();
    expect(await digestOfBytes('none.tar', tar([{ name: 'a/', type: '5' }]))).toBeNull();
    expect(await digestOfBytes('long.tgz', whole, { scanBytesMax: 600 })).toBeNull();
    expect(await digestOfBytes('long.zip', zipOf(tree), { scanBytesMax: 9 })).toBeNull();
  });
});
