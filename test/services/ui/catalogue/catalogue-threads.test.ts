/** The catalogue of many samples answers short questions while it works on a long one. */
import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openOutput } from '../../../../services/dataset/open-output.ts';
import { storageKnobs } from '../../../../services/runtime/store/objects/config.ts';
import {
  type CatalogueThread,
  openCatalogueThread,
} from '../../../../services/ui/catalogue/catalogue-threads.ts';
import { makeOutput } from '../../../samples/export-output.ts';
import { createHarness } from '../../../samples/sink-harness.ts';
import { writeSyntheticOutput } from '../../../samples/synthetic-samples.ts';

const samples = 140_000;
let folder: string;
let catalogue: CatalogueThread;
let fill: () => Promise<CatalogueThread>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-catalogue-'));
  const harness = await createHarness();
  const like = await openOutput((await makeOutput(harness, 'out', { repositories: 2 })).out);
  harness.remove();
  const [out, cacheFolder] = [join(folder, 'out'), join(folder, 'cache')];
  await writeSyntheticOutput(out, cacheFolder, like.head, samples);
  const { shards } = await openOutput(out);
  const place = { settings: storageKnobs.parse({}), folder: out };
  fill = async () => {
    const opened = openCatalogueThread({ place, cacheFolder });
    await opened.extend(() => shards, new AbortController().signal);
    return opened;
  };
  catalogue = await fill();
});

afterAll(async () => {
  await catalogue.close();
  rmSync(folder, { recursive: true, force: true });
});

test('others are answered while many samples are ordered', async () => {
  const question = { q: 'name-', sort: 'name', from: 0, count: 2 } as const;
  const answered: string[] = [];
  const note = (what: string) => () => answered.push(what);
  const long = catalogue.samples(question);
  const id = '1'.padStart(32, '0');
  await Promise.all([
    long.then(note('order')),
    catalogue.find(id).then(note('find')),
    catalogue.named('nothing', 1).then(note('named')),
  ]);
  expect(answered).toEqual(['find', 'named', 'order']);
  const { matched, rows } = await long;
  expect([matched, rows[0]?.name]).toEqual([samples, 'name-0']);
  expect((await catalogue.find(id))?.row).toMatchObject({ id, complete: true });
});

test('others are answered while a shard is being read', async () => {
  const harness = await createHarness();
  const { out } = await makeOutput(harness, 'out', { repositories: 2 });
  const { shards } = await openOutput(out);
  const path = join(out, shards[0]?.path ?? '');
  const bytes = readFileSync(path);
  rmSync(path);
  // Who reads it waits for who writes it.
  execFileSync('mkfifo', [path]);
  const place = { settings: storageKnobs.parse({}), folder: out };
  const reading = openCatalogueThread({ place, cacheFolder: null });
  onTestFinished(async () => {
    await open(path, constants.O_WRONLY | constants.O_NONBLOCK).then(
      (writer) => writer.close(),
      () => {},
    );
    await reading.close();
    harness.remove();
  });
  const filled = reading.extend(() => shards.slice(0, 1), new AbortController().signal);
  expect(await reading.find('nothing')).toBeNull();
  expect(reading.shardsRead).toBe(0);
  await writeFile(path, bytes);
  await filled;
  expect(reading.shardsRead).toBe(1);
});

test('two who ask for different pages at once get their own', async () => {
  const ask = (q: string) => catalogue.samples({ q, sort: 'trained', from: 1, count: 3 });
  const [one, other, again] = await Promise.all([ask('77'), ask('78'), ask('77')]);
  expect(one).toEqual(again);
  for (const [q, { rows }] of [
    ['77', one],
    ['78', other],
  ] as const) {
    expect(rows).toHaveLength(3);
    const isFound = rows.every((row) => [row.name, row.origin].some((text) => text.includes(q)));
    expect(isFound).toBe(true);
  }
});

test('who asks by name for the first time finds that order made while nobody asked', async () => {
  /** Others that are answered before it, one in each pause. */
  const pausesAfter = async (idleMs: number, sort: 'name' | 'trained') => {
    const fresh = await fill();
    await wait(idleMs);
    let isThere = false;
    const page = fresh.samples({ q: '', sort, from: 0, count: 1 }).then(() => {
      isThere = true;
    });
    let pauses = 0;
    for (; !isThere; pauses += 1) await fresh.find('');
    await Promise.all([page, fresh.close()]);
    return pauses;
  };
  expect(await pausesAfter(0, 'trained')).toBeGreaterThan(6);
  // A machine with much to do takes longer.
  for (let idleMs = 1_000; idleMs <= 16_000; idleMs *= 2) {
    if ((await pausesAfter(idleMs, 'name')) < 6) return;
  }
  expect.unreachable('the order was not made in advance');
});
