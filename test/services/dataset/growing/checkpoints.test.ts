/**
 * A writer starts in constant time however long the manifest is, and what checkpoints say is what
 * the entries say, wherever the writer was killed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkpointPath,
  indexedCheckpoints,
  samplesPath,
  settledPath,
} from '../../../../schemas/checkpoint.ts';
import type { ManifestEntry } from '../../../../schemas/manifest.ts';
import { deriveCheckpoint, mergesAt } from '../../../../services/dataset/growing/derive.ts';
import { holdsKey, keyOf, sampleFile } from '../../../../services/dataset/growing/sample-ids.ts';
import { entryPath, headPath } from '../../../../services/dataset/manifest.ts';
import { verifyOutput } from '../../../../services/dataset/verify/verify.ts';
import { canonicalJson, sha256 } from '../../../../services/runtime/ids.ts';
import { ProcessDeath, type StageRecord } from '../../../../services/runtime/stage.ts';
import type { ObjectStore } from '../../../../services/runtime/store/objects/object-store.ts';
import { rewindOutput } from '../../../../services/stages/sink/commit/rewind.ts';
import { memoryObjects } from '../../../samples/memory-objects.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  placeRecords,
  type SinkRecord,
} from '../../../samples/sink-harness.ts';

let harness: Harness;
let trajectories: SinkRecord[];
const live = { bounded: false, span: 2, knobs: { shardBytesMax: 4096, openPacksMax: 1 } };

beforeAll(async () => {
  harness = await createHarness();
  trajectories = [];
  for (let sequence = 0; sequence < 9; sequence += 1) {
    const files = [{ path: 'a.txt', text: `line of ${sequence}\n`.repeat(60) }];
    trajectories.push(await harness.trajectory({ name: `grows-${sequence}`, files }, sequence));
  }
});

afterAll(() => harness.remove());

type Options = Parameters<Harness['open']>[1];

function open(store: ObjectStore, options: Options = live) {
  return harness.open(harness.folder, { wrap: () => store, ...options });
}

/** A live stream of one entry per record; returns the numbers of the shards it told of. */
async function grow(store: ObjectStore, records: readonly SinkRecord[], options: Options = live) {
  const writer = await open(store, options);
  const told = writer.begin().outcomes.map(({ ordinal }) => ordinal);
  for (const record of records) {
    const results = [await writer.accept(record as StageRecord), await writer.idle?.()];
    told.push(...results.flatMap((result) => result?.outcomes ?? []).map(({ ordinal }) => ordinal));
  }
  return told;
}

async function parsed(store: ObjectStore, path: string) {
  return JSON.parse(String(await store.read(path)));
}

/** Shards and provenance. */
async function dataOf(store: ObjectStore): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const folder of ['shards', 'provenance']) {
    for (const name of await store.list(folder)) {
      files[name] = sha256((await store.read(`${folder}/${name}`)) ?? '');
    }
  }
  return files;
}

describe('checkpoints', () => {
  it('are there for every so many entries, and verification holds each byte of them', async () => {
    const { store } = memoryObjects();
    await grow(store, placeRecords(trajectories));
    const { entries } = await verifyOutput(store);
    expect(entries).toBeGreaterThan(8);
    const newest = Math.floor(entries / 2) - 1;
    const hash = sha256((await store.read(checkpointPath(newest))) ?? '');
    expect(await parsed(store, headPath)).toMatchObject({
      checkpoint: { checkpoint: newest, sha256: hash },
      indexed: indexedCheckpoints(newest + 1),
    });
    for (const path of [checkpointPath(1), samplesPath(1), checkpointPath(newest)]) {
      const bytes = (await store.read(path)) ?? Buffer.alloc(0);
      await store.replace(path, Buffer.concat([bytes.subarray(0, -2), Buffer.from('9\n')]));
      await expect(verifyOutput(store)).rejects.toThrow(path);
      await store.replace(path, bytes);
    }
    await store.create(checkpointPath(77), Buffer.from('{}'));
    expect((await verifyOutput(store)).unlisted).toEqual([checkpointPath(77)]);
  });

  it('once closed, the index lists every shard, and the head says so', async () => {
    const { store } = memoryObjects();
    const log = placeRecords([...trajectories, closedRecord(9)]);
    expect(await deliver(await open(store, { span: 2 }), log)).toBe(true);
    const { shards } = await verifyOutput(store);
    expect((await parsed(store, 'shards/index.json')).shards).toHaveLength(shards);
    expect((await parsed(store, headPath)).indexed).toBeUndefined();
  });

  it('are made again where they are lost or damaged, from the entries', async () => {
    const { store } = memoryObjects();
    await grow(store, placeRecords(trajectories));
    const whole = String(await store.read(headPath));
    const { checkpoint } = JSON.parse(whole).checkpoint;
    for (const damage of [
      () => store.remove(checkpointPath(checkpoint)),
      () => store.remove(checkpointPath(0)),
      () => store.replace(checkpointPath(checkpoint), Buffer.from('{}')),
      () => store.remove(headPath),
    ]) {
      await damage();
      await store.remove(settledPath);
      await open(store);
      expect(String(await store.read(headPath))).toBe(whole);
      await verifyOutput(store);
    }
  });

  it('go before the entries that a rewound run takes back', async () => {
    const { store } = memoryObjects();
    const log = placeRecords([...trajectories, closedRecord(9)]);
    await deliver(await open(store, { span: 2 }), log);
    const reference = await dataOf(store);
    await rewindOutput(store, 3);
    expect(await store.read(checkpointPath(0))).toBeNull();
    await deliver(await open(store, { span: 2 }), log);
    expect(await dataOf(store)).toEqual(reference);
    await verifyOutput(store);
  });

  it('come to an output that was written without them', async () => {
    const { store } = memoryObjects();
    const log = placeRecords(trajectories);
    await grow(store, log.slice(0, 5), { ...live, span: 999 });
    expect(await store.list('manifest/checkpoints')).toEqual([]);
    await grow(store, log.slice(5));
    expect(await store.read(checkpointPath(1))).not.toBeNull();
    expect(await verifyOutput(store)).toMatchObject({ samples: 9 });
  });
});

/** A store whose process dies after so many effects. */
function dying(store: ObjectStore, effects: number): ObjectStore {
  let left = effects;
  const effect = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (left <= 0) throw new ProcessDeath('dead');
    const result = await work();
    left -= 1;
    if (left <= 0) throw new ProcessDeath('killed');
    return result;
  };
  return {
    ...store,
    create: (path, bytes) => effect(() => store.create(path, bytes)),
    replace: (path, bytes) => effect(() => store.replace(path, bytes)),
    remove: (path) => effect(() => store.remove(path)),
  };
}

/** What a dead writer told is only known up to the note of what is settled. */
async function firstUnsettled(store: ObjectStore): Promise<number> {
  if ((await store.read(settledPath)) === null) return 0;
  const { entries } = await parsed(store, settledPath);
  const last = (await parsed(store, entryPath(entries - 1))) as ManifestEntry;
  return last.firstShard + last.shards.length;
}

describe('a writer', () => {
  it('killed after any effect packs every sample once and tells of every shard', async () => {
    const log = placeRecords(trajectories);
    let killed = true;
    for (let effects = 1; killed; effects += effects < 50 ? 1 : 5) {
      const { store } = memoryObjects();
      const died = await grow(dying(store, effects), log).catch((error: unknown) => error);
      killed = died instanceof ProcessDeath;
      expect(killed || Array.isArray(died)).toBe(true);
      const first = await firstUnsettled(store);
      const told = await grow(store, log);
      const { samples, shards } = await verifyOutput(store);
      expect(samples).toBe(9);
      for (let shard = first; shard < shards; shard += 1) {
        expect(told).toContain(shard);
      }
    }
  });

  it('tells of the shards that were not surely told before, and not of the others', async () => {
    const { store } = memoryObjects();
    await grow(store, placeRecords(trajectories));
    const { entries } = await parsed(store, settledPath);
    const { shards } = await verifyOutput(store);
    const { firstShard } = await parsed(store, entryPath(entries));
    expect(firstShard).toBeGreaterThan(0);
    const rest = Array.from({ length: shards - firstShard }, (_, at) => firstShard + at);
    expect(await grow(store, [])).toEqual(rest);
  });

  it('finds a sample of any earlier entry, and packs it no second time', async () => {
    const { store } = memoryObjects();
    const log = placeRecords(trajectories);
    await grow(store, log);
    const { shards } = await verifyOutput(store);
    // Delivered again under later offsets, as a replay does.
    await grow(store, placeRecords([...trajectories, ...trajectories]).slice(log.length));
    expect(await verifyOutput(store)).toMatchObject({ shards, samples: 9 });
  });

  it('starts with as many calls to the store after 10,072 entries as after 600', async () => {
    const { store: small } = memoryObjects();
    await grow(small, placeRecords(trajectories.slice(0, 1)));
    const template = (await parsed(small, entryPath(0))) as ManifestEntry;
    const tokenizer = (await small.read(template.tokenizer.file.path)) ?? Buffer.alloc(0);
    const counted: Record<number, Record<string, number>> = {};
    for (const entries of [600, 1_112, 10_072]) {
      const { store, calls } = memoryObjects();
      await store.create(template.tokenizer.file.path, tokenizer);
      writeEntries(store, template, entries);
      const options = { bounded: false };
      // The first start makes the checkpoints; the next call says that it was heard.
      const writer = await open(store, options);
      writer.begin();
      await writer.idle?.();
      calls.clear();
      await open(store, options);
      counted[entries] = Object.fromEntries(calls);
    }
    expect(counted[1_112]).toEqual(counted[600]);
    expect(counted[10_072]).toEqual(counted[600]);
    expect(counted[600]?.read).toBeLessThan(300);
  }, 60_000);
});

/** A chain of entries with a shard and a sample each, as a long live stream leaves it. */
function writeEntries(store: ObjectStore, template: ManifestEntry, count: number): void {
  const [shard] = template.shards;
  if (shard === undefined) throw new Error('the template has a shard');
  let previous: string | null = null;
  for (let entry = 0; entry < count; entry += 1) {
    const name = `shard.${String(entry).padStart(5, '0')}`;
    const path = `shards/${name}.mds`;
    const provenance = { ...shard.provenance, path: `provenance/${name}.jsonl` };
    const bytes = `${canonicalJson({
      ...{ ...template, entry, previous, firstPack: entry * shard.packs, firstShard: entry },
      shards: [{ ...shard, path, provenance, firstPack: entry * shard.packs }],
      samples: [sha256(String(entry)).slice(0, 32)],
    })}\n`;
    previous = sha256(bytes);
    void store.create(entryPath(entry), Buffer.from(bytes));
  }
}

describe('files of samples', () => {
  it('hold what was put in, whatever was merged, and nothing else', async () => {
    const { store, calls } = memoryObjects();
    const ids = Array.from({ length: 50_000 }, (_, at) => sha256(String(at)).slice(0, 32));
    const parts = [0, 1, 2].map((part) =>
      sampleFile(ids.slice(part * 10_000, part * 10_000 + 10_000), []),
    );
    const file = sampleFile(ids.slice(30_000, 40_000), parts);
    expect(file.byteLength).toBe(40_000 * 16);
    await store.create('x', file);
    calls.clear();
    for (let at = 0; at < 50_000; at += 97) {
      expect(await holdsKey(store, 'x', 40_000, keyOf(ids[at] as string))).toBe(at < 40_000);
    }
    expect(calls.get('readRange')).toBeLessThan(530);
    expect(await holdsKey(store, 'gone', 1, keyOf('a'))).toBeNull();
    expect(await holdsKey(store, 'gone', 0, keyOf('a'))).toBe(false);
  });

  it('together hold each checkpoint once, in few files', () => {
    let samples: { checkpoint: number; count: number; sha256: string }[] = [];
    const entry = {
      firstPack: 0,
      shards: [],
      samples: ['a'],
      entry: 0,
    } as unknown as ManifestEntry;
    const files: Buffer[] = [];
    for (let checkpoint = 0; checkpoint < 300; checkpoint += 1) {
      const merged = samples.slice(samples.length - mergesAt(checkpoint));
      const derived = deriveCheckpoint({
        ...{ checkpoint, entries: [entry], lastEntry: '', back: [], samplesBefore: samples },
        merged: merged.map((file) => files[file.checkpoint] as Buffer),
      });
      files.push(derived.samples);
      samples = derived.fields.samples;
      expect(samples.reduce((total, { count }) => total + count, 0)).toBe(checkpoint + 1);
      expect(samples.length).toBeLessThanOrEqual(9);
    }
  });
});
