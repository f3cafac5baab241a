/** The cache of parsed files: bounded, shared, and harmless whatever happens to its database. */
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractKnobs } from '../../../../../services/stages/extract/config.ts';
import { openExtractor } from '../../../../../services/stages/extract/extractor.ts';
import { noFacts } from '../../../../../services/stages/extract/facts/facts.ts';
import {
  type PackedOutcome,
  packOutcome,
} from '../../../../../services/stages/extract/facts/packed-facts.ts';
import {
  type FactCache,
  openFactCache,
} from '../../../../../services/stages/extract/parse/fact-cache.ts';

const mebibyte = 1024 * 1024;
let folder = '';
const opened: FactCache[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-cache-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
  rmSync(folder, { recursive: true });
});

function open(bytesMax = mebibyte): FactCache {
  const cache = openFactCache(folder, bytesMax);
  opened.push(cache);
  return cache;
}

async function reopen(cache: FactCache, bytesMax?: number): Promise<FactCache> {
  opened.splice(opened.indexOf(cache), 1);
  await cache.close();
  return open(bytesMax);
}

function outcome(word: string): PackedOutcome {
  const facts = { ...noFacts, uses: [word], members: new Map([[word, ['a']]]) };
  return packOutcome({ parser: 'tree-sitter', facts, shortfall: null });
}

function edit(statement: string): void {
  const database = new DatabaseSync(join(folder, 'parsed.db'));
  database.exec(statement);
  database.close();
}

describe('fact cache', () => {
  it('remembers across processes, maps included', async () => {
    const first = open();
    first.put('k', outcome('x'));
    const second = await reopen(first);
    expect(second.get('k')).toEqual(outcome('x'));
    expect(second.get('other')).toBeNull();
    expect(second.damaged()).toBe(0);
  });

  it('is shared by several at once', async () => {
    const [a, b] = [open(), open()];
    a.put('a', outcome('a'));
    b.put('b', outcome('b'));
    b.put('a', outcome('a'));
    const later = await reopen(await reopen(a));
    await reopen(b);
    expect([later.get('a'), later.get('b')]).toEqual([outcome('a'), outcome('b')]);
  });

  it('a changed entry is a miss that is counted', async () => {
    const first = open();
    first.put('k', outcome('x'));
    first.put('whole', outcome('y'));
    await reopen(first);
    edit("UPDATE parsed SET value = zeroblob(20) WHERE key = 'k'");
    const cache = open();
    expect([cache.get('k'), cache.get('whole')]).toEqual([null, outcome('y')]);
    expect(cache.damaged()).toBe(1);
  });

  it('a file that is no database is made anew', async () => {
    writeFileSync(
      join(folder, 'parsed.db'),
      'not a database, and long enough to be read as one\n'.repeat(99),
    );
    const cache = open();
    expect(cache.get('k')).toBeNull();
    expect(cache.damaged()).toBe(1);
    cache.put('k', outcome('x'));
    expect((await reopen(cache)).get('k')).toEqual(outcome('x'));
  });

  it('a folder that cannot be made costs nothing but the cache', () => {
    const path = join(folder, 'file');
    appendFileSync(path, '');
    const cache = openFactCache(path, mebibyte);
    cache.put('k', outcome('x'));
    expect(cache.get('k')).toBeNull();
    expect(cache.damaged()).toBe(1);
  });

  it('drops the oldest entries above its bound', async () => {
    const cache = open(mebibyte);
    for (let index = 0; index < 2000; index += 1)
      cache.put(`k${index}`, outcome(`${index}`.repeat(500)));
    const later = await reopen(cache, mebibyte);
    expect(later.get('k0')).toBeNull();
    expect(later.get('k1999')).toEqual(outcome('1999'.repeat(500)));
    await reopen(later);
    expect(statSync(join(folder, 'parsed.db')).size).toBeLessThan(4 * mebibyte);
  });
});

describe('an extractor with a cache', () => {
  const files = Array.from({ length: 20 }, (_, index) => ({
    path: `f${index}.py`,
    text: `import f${index + 1}\ndef f${index}(): pass\n`,
  }));
  const never = new AbortController().signal;

  async function extract(change: object, sources = files) {
    const extractor = openExtractor(extractKnobs.parse({ processes: 1, ...change }), folder);
    const { counts, ...structure } = await extractor.extract(sources, never);
    await extractor.close();
    return { counts, structure };
  }

  it('parses nothing the second time, and only what changed the third', async () => {
    const first = await extract({});
    expect(first.counts).toEqual({ parsed: 20, cached: 0 });
    const second = await extract({});
    expect(second.counts).toEqual({ parsed: 0, cached: 20 });
    expect(second.structure).toEqual(first.structure);
    const changed = files.with(3, { path: 'f3.py', text: 'def changed(): pass\n' });
    expect((await extract({}, changed)).counts).toEqual({ parsed: 1, cached: 19 });
  });

  it('parses anew under another limit, and always when it is off', async () => {
    await extract({});
    expect((await extract({ symbolsPerFileMax: 7 })).counts.parsed).toBe(20);
    expect((await extract({ cacheBytesMax: 0 })).counts.parsed).toBe(20);
  });
});
