/**
 * Input that wants to break the extractor, through the real parsers: each file ends with its
 * structure or a reason, and the others are as if it were not there. A parser that is killed in the
 * midst of a file is in parser-pool.test.ts.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { extractStructure } from '../../../../services/cli/open/structure-of.ts';
import { admitArchive } from '../../../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../../../services/stages/admit/config.ts';
import { discoverKnobs } from '../../../../services/stages/discover/config.ts';
import { packSource } from '../../../../services/stages/discover/pack-source.ts';
import { expandSources } from '../../../../services/stages/discover/sources.ts';
import { extractKnobs } from '../../../../services/stages/extract/config.ts';
import { openExtractor, type SourceFile } from '../../../../services/stages/extract/extractor.ts';

const never = new AbortController().signal;
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

async function extract(files: readonly SourceFile[], change: object = {}) {
  const extractor = openExtractor(extractKnobs.parse({ processes: 1, ...change }));
  try {
    return await extractor.extract(files, never);
  } finally {
    await extractor.close();
  }
}

/** The same on every machine, and as good as random. */
function noise(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, bytes);
}

const ones = (bytes: number) => `x = [${'1,'.repeat(bytes / 2)}`;
const nested = `x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\n`;
const withoutNul = Buffer.from(noise(20_000).map((byte) => byte || 1));

/** Path, content, and the reason with which it ends; null where its structure is whole. */
const hostile: readonly [path: string, content: string | Buffer, reason: string | null][] = [
  ['ones.js', ones(6_000_000), 'parse-bytes'],
  ['ones.py', ones(6_000_000), 'parse-bytes'],
  ['nested.py', nested, null],
  ['nested.rs', nested, 'syntax-errors'],
  // oxc has no bound on its stack: it takes its process with it.
  ['nested.js', nested, 'parser-crashed'],
  ['nested.ipynb', '['.repeat(20_000), 'broken-notebook'],
  ['noise.go', noise(20_000), 'not-text'],
  ['noise.py', withoutNul, 'syntax-errors'],
  ['noise.ts', withoutNul, 'syntax-errors'],
  ['nul.rb', '\0'.repeat(1000), 'syntax-errors'],
  ['long.c', `int ${'x'.repeat(500_000)};\n`, null],
  ['empty.java', '', null],
];

const innocent = [
  { path: 'shop/cart.py', text: 'from shop.stock import Stock\n\nclass Cart(Stock): pass\n' },
  { path: 'shop/stock.py', text: 'class Stock: pass\n' },
];

describe('hostile files', () => {
  it('end with their structure or a reason, and cost the others nothing', async () => {
    const files = hostile.map(([path, content]) => ({
      path,
      text: async () => Buffer.from(content),
    }));
    const structure = await extract([...files, ...innocent]);
    const noteOf = new Map(structure.files.map(({ path, note }) => [path, note]));
    expect(hostile.map(([path]) => [path, noteOf.get(path)])).toEqual(
      hostile.map(([path, , reason]) => [path, reason]),
    );
    expect(structure.shortfalls.map(({ path }) => path)).toEqual(
      hostile
        .filter(([, , reason]) => reason !== null)
        .map(([path]) => path)
        .sort(),
    );
    expect(structure.order.toSorted()).toEqual(structure.files.map(({ path }) => path));
    const alone = await extract(innocent);
    expect(structure.edges).toEqual(alone.edges);
    expect(structure.edges).toHaveLength(1);
    expect(structure.files.filter(({ path }) => path.startsWith('shop/'))).toEqual(alone.files);
  });

  it('stop at the time for a file where its size is allowed', async () => {
    const change = { parseBytesMax: 8_000_000, parseTimeMsMax: 50 };
    const { files } = await extract([{ path: 'ones.py', text: ones(6_000_000) }], change);
    expect(files).toMatchObject([{ parser: 'none', note: 'parse-time', errorRatio: 1 }]);
  });

  it('are listed once the time of the repository is over', async () => {
    const late = { path: 'b.py', text: () => setTimeout(20, Buffer.from('def late(): pass\n')) };
    const { files, shortfalls } = await extract([late], { repositoryTimeMsMax: 10 });
    expect(shortfalls).toEqual([{ path: 'b.py', reason: 'time-limited' }]);
    expect(files).toMatchObject([{ parser: 'regex', symbols: [{ name: 'late' }] }]);
  });
});

describe('a tree of 100 000 files', () => {
  it('is listed and ordered whole, parsed as far as is allowed', async () => {
    const files = Array.from({ length: 100_000 }, (_, index) => {
      const path = `a${index % 100}/b${index % 1000}/c${index}`;
      if (index % 200 !== 0) return { path: `${path}.txt`, text: 'x\n' };
      return { path: `${path}.py`, text: `import a0.b0.c0\ndef f${index}(): pass\n` };
    });
    const structure = await extract(files, { filesParsedMax: 300 });
    expect(structure.files).toHaveLength(100_000);
    expect(new Set(structure.order).size).toBe(100_000);
    expect(structure.counts.parsed).toBe(300);
    expect(structure.shortfalls).toHaveLength(200);
    expect(new Set(structure.shortfalls.map(({ reason }) => reason))).toEqual(
      new Set(['files-limited']),
    );
    expect(structure.edges).toHaveLength(299);
  });
});

describe('encodings', () => {
  const text = '# –\r\nclass Añejo:\r\n    def año(self):\r\n        pass\r\n';
  const wide = Buffer.from(text, 'utf16le');
  const encodings: readonly [string, Buffer][] = [
    ['utf8', Buffer.from(text)],
    ['mark', Buffer.from(`\uFEFF${text}`)],
    ['utf16-mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['utf16-little', wide],
    ['utf16-big', Buffer.from(wide).swap16()],
    ['latin1', Buffer.from(text.replace('–', '-'), 'latin1')],
    ['unix', Buffer.from(text.replaceAll('\r', ''))],
  ];

  it('and line ends give one structure', async () => {
    const files = encodings.map(([name, bytes]) => ({
      path: `${name}.py`,
      text: async () => bytes,
    }));
    const structure = await extract(files);
    expect(structure.shortfalls).toEqual([]);
    for (const file of structure.files) {
      expect(file).toMatchObject({ parser: 'tree-sitter', errorRatio: 0, lines: 4 });
      expect(file.symbols).toEqual(structure.files[0]?.symbols);
    }
    expect(structure.files[0]?.symbols.map(({ name, endLine }) => [name, endLine])).toEqual([
      ['Añejo', 4],
      ['año', 4],
    ]);
  });
});

describe('links that lead in circles', () => {
  it('are listed with a reason and never followed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstory-hostile-'));
    folders.push(folder);
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner/a.py'), 'def a(): pass\n');
    await symlink('.', join(folder, 'self'));
    await symlink('..', join(folder, 'inner/up'));
    await symlink('second.py', join(folder, 'first.py'));
    await symlink('first.py', join(folder, 'second.py'));
    const [source] = await expandSources([folder], 1);
    if (source === undefined) throw new Error('no source');
    const options = { ...discoverKnobs.parse({}), outputFolder: null };
    const { archive, format } = await packSource(source, options);
    const admitted = await admitArchive(
      { name: 'r', origin: 'r', format, archive },
      admitKnobs.parse({}),
    );
    const config = extractKnobs.parse({ processes: 1 });
    const { order, skipped } = await extractStructure(admitted, config, never);
    expect(order).toEqual(['inner/a.py']);
    expect(skipped.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'first.py link',
      'inner/up link',
      'second.py link',
      'self link',
    ]);
  });
});
