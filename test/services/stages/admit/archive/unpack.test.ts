/** Hostile and damaged archives: each ends in files and skips, or in a coded error. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpack } from '../../../../../services/stages/admit/archive/unpack.ts';
import { admitKnobs } from '../../../../../services/stages/admit/config.ts';
import {
  gzipBomb,
  longName,
  paxRecord,
  type TarEntry,
  tar,
  tgz,
  zip,
} from '../hostile-archives.ts';

const limits = admitKnobs.parse({});
const gibibyte = 1024 ** 3;

async function outcome(entries: readonly TarEntry[]) {
  const { files, skipped } = await unpack(tgz(entries), 'tgz', limits);
  return { files: files.map(({ path }) => path), skipped };
}

describe('names and types', () => {
  const safe: TarEntry = { name: 'top/a.txt', body: 'a' };
  const table: readonly (readonly [string, TarEntry, string])[] = [
    ['parent folder', { name: 'top/../../x', body: 'x' }, 'unsafe-path'],
    ['absolute', { name: '/etc/passwd', body: 'x' }, 'unsafe-path'],
    ['backslash', { name: 'top\\..\\x', body: 'x' }, 'unsafe-path'],
    ['drive', { name: 'C:/x', body: 'x' }, 'unsafe-path'],
    ['line feed', { name: 'top/a\nb', body: 'x' }, 'unsafe-path'],
    ['invalid UTF-8', { name: Buffer.from([0x74, 0x2f, 0xff, 0xfe]), body: 'x' }, 'unsafe-path'],
    ['symbolic link', { name: 'top/link', type: '2' }, 'link'],
    ['hard link', { name: 'top/hard', type: '1' }, 'link'],
    ['device', { name: 'top/device', type: '3' }, 'special'],
    ['fifo', { name: 'top/fifo', type: '6' }, 'special'],
    ['NUL byte', { name: 'top/nul', body: 'a\0b' }, 'binary'],
    ['large', { name: 'top/large', body: Buffer.alloc(1024 * 1024 + 1, 97) }, 'too-large'],
  ];
  test.each(table)('%s is skipped, the other files stay', async (_name, entry, reason) => {
    const { files, skipped } = await outcome([safe, entry]);
    expect(files).toEqual(['a.txt']);
    expect(skipped.map((skip) => skip.reason)).toEqual([reason]);
  });

  test("a sparse file of GNU's tar is skipped under its own name", async () => {
    const body = '1\n0\n4\nmap';
    const sparse = { name: 'top/GNUSparseFile.1/a.txt', body };
    const { files, skipped } = await outcome([
      safe,
      paxRecord('GNU.sparse.name', 'top/s.txt'),
      sparse,
    ]);
    expect(files).toEqual(['a.txt']);
    expect(skipped).toEqual([{ path: 's.txt', reason: 'special' }]);
  });

  test.each(['GNU.sparse.size', 'GNU.sparse.numblocks', 'GNU.sparse.map'])(
    'a sparse file that only %s tells is skipped',
    async (key) => {
      const { files, skipped } = await outcome([
        safe,
        paxRecord(key, '4'),
        { name: 'top/s.txt', body: 'map' },
      ]);
      expect(files).toEqual(['a.txt']);
      expect(skipped).toEqual([{ path: 's.txt', reason: 'special' }]);
    },
  );

  test('files beside the top folder share no path with what is in it', async () => {
    const names = ['top/._x', '._x', '._y', 'top/._y/z', 'top/a.py'];
    const { files, skipped } = await outcome(names.map((name) => ({ name, body: 'x' })));
    expect(files).toEqual(['._x', '._y/z', 'a.py']);
    expect(skipped).toEqual([
      { path: '._x', reason: 'duplicate-path' },
      { path: '._y', reason: 'path-conflict' },
    ]);
  });

  test('what the Finder puts beside the folder leaves it the top folder', async () => {
    const beside = ['._top', '.DS_Store', '__MACOSX/top/._a.txt', 'pax_global_header'];
    const { files, skipped } = await outcome([
      safe,
      ...beside.map((name) => ({ name, body: '\0' })),
    ]);
    expect(files).toEqual(['a.txt']);
    expect(skipped).toHaveLength(beside.length);
  });

  test('in a zip of MS-DOS a backslash parts folders, elsewhere it is unsafe', async () => {
    const names = ['t\\a.txt', 't\\b\\c.txt', 't\\..\\..\\d.txt'];
    for (const [system, paths] of [[0, ['a.txt', 'b/c.txt']] as const, [3, []] as const]) {
      const archive = zip(names.map((name) => ({ name, body: 'x', system })));
      const { files, skipped } = await unpack(archive, 'zip', limits);
      expect(files.map(({ path }) => path)).toEqual(paths);
      expect(skipped).toHaveLength(names.length - paths.length);
    }
  });

  test('a control character of a name in a zip is none of the pictures of an old code page', async () => {
    const archive = zip([{ name: 'a\nb.txt', body: 'x', isUnmarked: true }]);
    const { files, skipped } = await unpack(archive, 'zip', limits);
    expect(files).toEqual([]);
    expect(skipped.map(({ reason }) => reason)).toEqual(['unsafe-path']);
  });

  test('a name beyond the limit is unsafe and reported shortened', async () => {
    const { files, skipped } = await outcome([safe, ...longName('d/'.repeat(600), 'x')]);
    expect(files).toEqual(['a.txt']);
    expect(skipped[0]?.reason).toBe('unsafe-path');
    expect(skipped[0]?.path.length).toBeLessThan(250);
  });

  test('the later of two entries with one path stays, and the other is reported', async () => {
    const archive = tar([
      { name: 't/a', body: 'one' },
      { name: 't/./a', body: 'two' },
      { name: 't/b', body: '' },
    ]);
    const { files, skipped } = await unpack(archive, 'tar', limits);
    expect(files.map((file) => [file.path, file.bytes.toString()])).toEqual([
      ['a', 'two'],
      ['b', ''],
    ]);
    expect(skipped).toEqual([{ path: 'a', reason: 'duplicate-path' }]);
  });

  // Each took one reading of all skips so far, or of all blanks: minutes, where these take moments.
  test('many hard links to one skipped file each take its reason', async () => {
    const links = Array.from({ length: 60_000 }, (_, at): TarEntry => {
      return { name: `t/${at}`, type: '1', link: 't/nul' };
    });
    const { files, skipped } = await outcome([{ name: 't/nul', body: 'a\0b' }, ...links]);
    expect(files).toEqual([]);
    expect(skipped).toHaveLength(60_001);
    expect(new Set(skipped.map((skip) => skip.reason))).toEqual(new Set(['binary']));
  });

  test('a line of blanks in .gitmodules costs no more than another line', async () => {
    const body = `path = sub/\npath = a${' '.repeat(500_000)}b\n path="./other"\n`;
    const { skipped } = await outcome([
      { name: 't/.gitmodules', body },
      { name: 't/sub/a', body: '' },
      { name: 't/other/b', body: '' },
    ]);
    expect(new Set(skipped)).toEqual(
      new Set([
        { path: 'sub', reason: 'submodule' },
        { path: 'other', reason: 'submodule' },
      ]),
    );
  });

  test('a path that is both a file and a folder is reported', async () => {
    const { files, skipped } = await outcome([
      { name: 't/a', body: 'x' },
      { name: 't/a/b', body: 'y' },
    ]);
    expect(files).toEqual(['a/b']);
    expect(skipped).toEqual([{ path: 'a', reason: 'path-conflict' }]);
  });

  test('a top folder is removed only if it holds everything', async () => {
    expect((await outcome([safe, { name: 'b', body: '' }])).files).toEqual(['b', 'top/a.txt']);
    const go = [{ name: 'h.org/o/m@v1.2.3/a.go' }, { name: 'h.org/o/m@v1.2.3/b/c.go' }];
    expect((await outcome(go)).files).toEqual(['a.go', 'b/c.go']);
  });

  test('a file packed without its bytes keeps its reason', async () => {
    const record = '28 BACKSTORY.skip=too-large\n';
    const { files, skipped } = await outcome([
      safe,
      { name: 'pax', type: 'x', body: record },
      { name: 'top/big' },
    ]);
    expect(record).toHaveLength(28);
    expect(files).toEqual(['a.txt']);
    expect(skipped).toEqual([{ path: 'big', reason: 'too-large' }]);
  });

  test('zip: links, hostile names, encryption and unknown methods are skipped', async () => {
    const archive = zip([
      { name: 'top/a.txt', body: 'a' },
      { name: 'top/folder/' },
      { name: '../x', body: 'x' },
      { name: 'a\\b', body: 'x' },
      { name: 'top/link', body: '/etc/passwd', mode: 0o120777 },
      { name: 'top/locked', body: 'x', flags: 1 },
      { name: 'top/odd', body: 'x', method: 93 },
    ]);
    const { files, skipped } = await unpack(archive, 'zip', limits);
    expect(files.map((file) => file.path)).toEqual(['a.txt']);
    const reasons = skipped.map((skip) => skip.reason).sort();
    expect(reasons).toEqual(['compression', 'encrypted', 'link', 'unsafe-path', 'unsafe-path']);
  });
});

describe('damage and bombs', () => {
  const good = tgz([{ name: 'top/a.txt', body: 'x'.repeat(100_000) }]);
  const damaged: readonly (readonly [string, Buffer, 'tar' | 'tgz' | 'zip'])[] = [
    ['no gzip at all', Buffer.from('hello world'), 'tgz'],
    ['cut gzip', good.subarray(0, good.length - 20), 'tgz'],
    ['flipped gzip', Buffer.from(good.map((byte, at) => (at === 40 ? byte ^ 0xff : byte))), 'tgz'],
    ['cut tar', tar([{ name: 'a', body: 'x'.repeat(5_000) }]).subarray(0, 2_000), 'tar'],
    ['size beyond the end', tar([{ name: 'a', body: 'x', size: 9_000_000 }]), 'tar'],
    ['not a tar', Buffer.alloc(2_048, 7), 'tar'],
    ['not a zip', Buffer.from('PK nothing'), 'zip'],
    ['cut zip', zip([{ name: 'a', body: 'x' }]).subarray(0, 40), 'zip'],
    ['checksum', zip([{ name: 'a', body: 'x', checksum: 1 }]), 'zip'],
    ['more than declared', zip([{ name: 'a', body: 'x'.repeat(5_000), size: 10 }]), 'zip'],
  ];
  test.each(damaged)('%s is ARCHIVE_CORRUPT', async (_name, archive, format) => {
    await expect(unpack(archive, format, limits)).rejects.toMatchObject({
      code: 'ARCHIVE_CORRUPT',
    });
  });

  test('2 GiB of zeros stop early, without using the memory', async () => {
    const bomb = gzipBomb(2 * gibibyte);
    const before = process.resourceUsage().maxRSS;
    await expect(unpack(bomb, 'tgz', limits)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    // maxRSS is the peak, in KiB: 400 MiB beyond the start is far from 2 GiB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(400 * 1024);
  });

  test('a zip that declares 2 GiB, and one that is too long, are refused', async () => {
    const bomb = zip([{ name: 'zeros', body: Buffer.alloc(1_000), size: 2 * gibibyte }]);
    await expect(unpack(bomb, 'zip', limits)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    const few = { ...limits, archiveBytesMax: 10 };
    await expect(unpack(bomb, 'zip', few)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
  });

  test('too many entries are refused', async () => {
    const archive = tar(Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` })));
    const few = { ...limits, entriesMax: 10 };
    await expect(unpack(archive, 'tar', few)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    expect((await unpack(archive, 'tar', { ...limits, entriesMax: 11 })).files).toHaveLength(11);
  });
});

test('any input gives files or a coded error, and every path is safe', async () => {
  const name = fc.oneof(
    fc.string({ maxLength: 90 }),
    fc.constantFrom('../a', '/a', 'a/../b', './c', 'd//e'),
  );
  const entry = fc.record({ name, body: fc.string({ maxLength: 300 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), fc.nat(2_000), async (entries, flip) => {
      const archive = tar(entries.filter(({ name: text }) => text !== ''));
      if (flip < archive.length / 4) archive.writeUInt8(archive.readUInt8(flip) ^ 0x55, flip);
      const result = await unpack(archive, 'tar', limits).catch(
        (error: { code?: string }) => error.code,
      );
      if (typeof result === 'string') expect(result).toBe('ARCHIVE_CORRUPT');
      const files = typeof result === 'object' ? result.files : [];
      for (const { path } of files) {
        expect(path).not.toMatch(/(?:^|\/)\.{0,2}(?:\/|$)|\\|\0/);
      }
    }),
    { numRuns: 150 },
  );
});
