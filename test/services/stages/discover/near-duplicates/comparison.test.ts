/**
 * What `discover` writes down of sources that are like earlier ones; a process that starts in the
 * middle writes the same (I6).
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RepoFoundBody } from '../../../../../schemas/generated/types.ts';
import { sha256 } from '../../../../../services/runtime/ids.ts';
import type { SourcePast } from '../../../../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../../../../services/runtime/store/blobs.ts';
import { discoverKnobs } from '../../../../../services/stages/discover/config.ts';
import { discover } from '../../../../../services/stages/discover/stage.ts';
import { range, wordsOf } from './words.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'near-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = (start: number, end = start + 200) => wordsOf(range(start, end));
/** Six repositories: what each file is like is in its name. */
const trees: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['one', { 'a.js': text(0), 'b.js': text(1_000), 'small.js': 'export const one = 1;\n' }],
  [
    'two',
    { 'like-a.js': text(10, 210), 'new.js': text(2_000), 'small.js': 'export const one = 1;\n' },
  ],
  ['half', { 'half-of-a.js': text(100, 300) }],
  ['same-file', { 'b.js': text(1_000), 'other.js': text(3_000) }],
  ['binary', { 'b.bin': `\0${text(1_000)}` }],
  ['fourth', { 'like-a.js': text(5, 205), 'again.js': text(2_005, 2_205) }],
];

async function write(): Promise<readonly string[]> {
  for (const [name, files] of trees) {
    for (const [path, body] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name, path)), { recursive: true });
      await writeFile(join(folder, name, path), body);
    }
  }
  return trees.map(([name]) => join(folder, name));
}

/** Reads all sources on top of what was written before, of which the log holds the records. */
async function read(
  sources: readonly string[],
  level: string,
  before: readonly RepoFoundBody[] = [],
): Promise<readonly RepoFoundBody[]> {
  const blobs = await openLocalBlobStore(join(folder, 'blobs'));
  const config = discoverKnobs.parse({ sources, nearDuplicates: level });
  const { signal } = new AbortController();
  const run = { outputFolder: join(folder, 'out') };
  const tools = { config, blobs, signal, run, count: () => {}, log: { warn: () => {} } };
  const written = [...before];
  const past: SourcePast = {
    ...{ purpose: 'read', added: [], addedOnly: false },
    has: () => false,
    hasTree: (tree) => written.some(({ treeSha256 }) => treeSha256 === tree),
    bodies: async (topic, visit) => {
      if (topic !== 'repo-found') return;
      // Partitions are read one after the other.
      const all = [...before.entries()].sort(([a], [b]) => (a % 3) - (b % 3));
      for (const [sequence, body] of all) visit(body as never, sequence);
    },
  };
  for await (const item of discover.items(tools as never, past)) {
    const outcome = 'kind' in item ? null : item.outcome;
    if (outcome?.kind !== 'emit' || outcome.topic !== 'repo-found') continue;
    const tree = outcome.body.treeSha256 ?? '';
    if (!past.hasTree(tree)) written.push(outcome.body);
  }
  return written;
}

/** `half: half-of-a.js` and so on, with what each is like. */
function told(found: readonly RepoFoundBody[]): readonly string[] {
  const names = new Map(
    trees.flatMap(([, files]) => {
      return Object.entries(files).map(([path, body]) => [sha256(Buffer.from(body)), path]);
    }),
  );
  return found.flatMap(({ name, near }) =>
    (near?.similar ?? []).map(({ sha256: hash, earlier }) => {
      const others = earlier.map(({ repository, sha256: other }) => {
        return `${near?.repositories[repository]?.name}/${names.get(other)}`;
      });
      return `${name}/${names.get(hash)}: ${others.join(' ')}`;
    }),
  );
}

test('names the similar files of earlier sources, in order', async () => {
  const found = await read(await write(), 'file');
  expect([...told(found)].sort()).toEqual([
    'fourth/again.js: two/new.js',
    'fourth/like-a.js: one/a.js two/like-a.js',
    'same-file/b.js: one/b.js',
    'two/like-a.js: one/a.js',
  ]);
});

test.each(['file', 'repository'])('I6: a restart changes nothing: %s', async (level) => {
  const sources = await write();
  const whole = await read(sources, level);
  expect(whole).toHaveLength(trees.length);
  for (const taken of [1, 2, 4]) {
    const before = whole.slice(0, taken);
    // A process that starts again reads all sources, and takes what has no record yet.
    expect(await read(sources, level, before)).toEqual(whole);
  }
});

test('a source that is dropped as the same is not remembered either', async () => {
  const [one = '', two = '', ...others] = await write();
  const once = await read([one, two, ...others], 'file');
  const twice = await read([one, one, two, two, ...others], 'file');
  expect(twice).toEqual(once);
});

test('compares repositories as a whole, and nothing where it is off', async () => {
  const sources = await write();
  const files = { 'c.js': text(0), 'd.js': text(1_000, 1_210) };
  for (const [path, body] of Object.entries(files)) {
    await mkdir(join(folder, 'copy'), { recursive: true });
    await writeFile(join(folder, 'copy', path), body);
  }
  const found = await read([...sources, join(folder, 'copy')], 'repository');
  const similar = found.map(({ name, near }) => [name, near?.repositories.map((it) => it.name)]);
  expect(similar.filter(([, others]) => others?.length !== 0)).toEqual([
    ['fourth', ['two']],
    ['copy', ['one']],
  ]);
  expect((await read(sources, 'off')).every(({ near }) => near === null)).toBe(true);
});
