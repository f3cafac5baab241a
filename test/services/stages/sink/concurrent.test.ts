/** What writers that share an output do to each other, one interleaving at a time. */
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyOutput } from '../../../../services/dataset/verify/verify.ts';
import type { StageRecord } from '../../../../services/runtime/stage.ts';
import type { ObjectStore } from '../../../../services/runtime/store/objects/object-store.ts';
import {
  createHarness,
  droppedRecord,
  type Harness,
  newOutput,
  placeRecords,
  type SinkRecord,
} from '../../../samples/sink-harness.ts';

const live = { bounded: false, knobs: { shardBytesMax: 4096, openPacksMax: 2 } };
let harness: Harness;
let log: SinkRecord[];

beforeAll(async () => {
  harness = await createHarness();
  const records: SinkRecord[] = [];
  for (let sequence = 0; sequence < 24; sequence += 1) {
    const files = [{ path: 'a.txt', text: `line of ${sequence}\n`.repeat(20) }];
    records.push(await harness.trajectory({ name: `repository-${sequence}`, files }, sequence));
  }
  log = placeRecords(records);
});

afterAll(() => harness.remove());

const accept = (writer: Awaited<ReturnType<Harness['open']>>, record: SinkRecord | undefined) =>
  writer.accept(record as StageRecord);

describe('a quiet live stream', () => {
  it('seals what is open, once, and goes on afterwards', async () => {
    const out = newOutput(harness);
    const writer = await harness.open(out, { bounded: false });
    await accept(writer, log[0]);
    await accept(writer, log[1]);
    const sealed = await writer.idle?.();
    expect(sealed?.outcomes.length).toBeGreaterThan(0);
    expect(sealed?.done).toBe(false);
    expect(writer.resumeOffset('trajectory', 0)).toBe(2);
    const first = await verifyOutput(out);
    expect(first).toMatchObject({ samples: 2, closed: false });
    expect((await writer.idle?.())?.outcomes).toEqual([]);
    expect((await verifyOutput(out)).entries).toBe(first.entries);
    await accept(writer, log[2]);
    await writer.idle?.();
    expect(await verifyOutput(out)).toMatchObject({ samples: 3, entries: first.entries + 1 });
  });

  it('has nothing to seal where everything was dropped', async () => {
    const out = newOutput(harness);
    const writer = await harness.open(out, { bounded: false });
    await accept(writer, placeRecords([droppedRecord(0)])[0]);
    expect((await writer.idle?.())?.outcomes).toEqual([]);
    await expect(verifyOutput(out)).rejects.toMatchObject({ code: 'OUTPUT_MISSING' });
  });

  it('seals open packs of another writer that died', async () => {
    const out = newOutput(harness);
    const dead = await harness.open(out, live);
    for (const record of log.slice(0, 8)) await accept(dead, record);
    const before = await verifyOutput(out);
    expect(before.samples).toBeLessThan(8);
    const heir = await harness.open(out, live);
    const from = heir.resumeOffset('trajectory', 0);
    for (const record of log.slice(from, 8)) await accept(heir, record);
    await heir.idle?.();
    expect(await verifyOutput(out)).toMatchObject({ samples: 8 });
  });

  it('is no matter for a bounded run', async () => {
    const writer = await harness.open(newOutput(harness));
    await expect(writer.idle?.()).rejects.toThrow('a bounded run is never idle');
  });
});

describe('writers that share an output', () => {
  it('a loser goes on however often it loses, and tells of every entry it finds', async () => {
    const out = newOutput(harness);
    // Each try of the slow writer is overtaken by an entry of the fast one.
    let overtake = async () => {};
    const wrap = (store: ObjectStore): ObjectStore => ({
      ...store,
      create: async (path, bytes) => {
        if (path.startsWith('manifest/')) await overtake();
        return store.create(path, bytes);
      },
    });
    const slow = await harness.open(out, { ...live, wrap });
    const fast = await harness.open(out, live);
    let overtaken = 0;
    overtake = async () => {
      if (overtaken === 20) return;
      await accept(fast, log[overtaken]);
      await fast.idle?.();
      overtaken += 1;
    };
    await accept(slow, { ...(log[22] as SinkRecord), partition: 1, offset: 0 } as SinkRecord);
    const told = (await slow.idle?.())?.outcomes ?? [];
    expect(overtaken).toBe(20);
    const report = await verifyOutput(out);
    expect(report).toMatchObject({ samples: 21, unlisted: [] });
    expect(new Set(told.map(({ ordinal }) => ordinal)).size).toBe(report.shards);
  });

  it('a new writer that sweeps temporary files does not disturb one at work', async () => {
    const out = newOutput(harness);
    let written = 0;
    let swept = 0;
    const crashPoint = (name: string) => {
      if (name !== 'sink:temporary-written') return;
      written += 1;
      if (written % 3 === 0) return;
      for (const path of globSync('*/.temporary-*', { cwd: out })) {
        rmSync(join(out, path));
        swept += 1;
      }
    };
    const writer = await harness.open(out, { ...live, crashPoint });
    for (const record of log) await accept(writer, record);
    await writer.idle?.();
    expect(swept).toBeGreaterThan(20);
    expect(await verifyOutput(out)).toMatchObject({ samples: 24 });
  });

  it('a writer paused before it writes the index does not take a newer one away', async () => {
    const out = newOutput(harness);
    let paused = async () => {};
    const wrap = (store: ObjectStore): ObjectStore => ({
      ...store,
      replace: async (path, bytes) => {
        const meanwhile = paused;
        paused = async () => {};
        await meanwhile();
        await store.replace(path, bytes);
      },
    });
    const zombie = await harness.open(out, { ...live, wrap });
    const other = await harness.open(out, live);
    await accept(zombie, log[0]);
    paused = async () => {
      await accept(other, log[1]);
      await other.idle?.();
    };
    await zombie.idle?.();
    expect(await verifyOutput(out)).toMatchObject({ samples: 2 });
  });
});
