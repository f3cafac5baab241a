/** The sink's commit protocol: nothing lost, nothing twice (I5), the same bytes (I6). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyOutput } from '../../../../../services/dataset/verify/verify.ts';
import { PipelineError } from '../../../../../services/runtime/errors.ts';
import { ProcessDeath, type StageRecord } from '../../../../../services/runtime/stage.ts';
import type { ObjectStore } from '../../../../../services/runtime/store/objects/object-store.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  droppedRecord,
  type Harness,
  newOutput,
  outputBytes,
  placeRecords,
  type SinkRecord,
} from '../../../../samples/sink-harness.ts';

let harness: Harness;
/** Sequences 0 to 11: 3 and 7 dropped, the others 300 to 3,000 tokens; three have two episodes. */
let records: SinkRecord[];
let reference: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness();
  records = [];
  for (let sequence = 0; sequence < 12; sequence += 1) {
    if (sequence === 3 || sequence === 7) records.push(droppedRecord(sequence));
    else records.push(await harness.trajectory(sampleRepository(sequence), sequence));
  }
  const out = newOutput(harness);
  const writer = await harness.open(out);
  expect(await deliver(writer, placeRecords([...records, closedRecord(12)]))).toBe(true);
  reference = outputBytes(out);
});

afterAll(() => harness.remove());

const divided = [2, 5, 9];

function sampleRepository(sequence: number) {
  const body = `line of ${sequence} <|endoftext|>\n`.repeat(1 + ((sequence * 7) % 30));
  return {
    name: `repository-${sequence}`,
    ...(divided.includes(sequence) ? { episodeTokens: 60 } : {}),
    files: [
      { path: 'a.txt', text: body },
      { path: 'b.txt', text: `b${sequence}`, reads: [['a.txt', 1, 1] as const] },
    ],
  };
}

describe('a bounded run', () => {
  it('makes several shards and passes verification', async () => {
    const out = newOutput(harness);
    await deliver(await harness.open(out), placeRecords([...records, closedRecord(12)]));
    const report = await verifyOutput(out);
    expect(report).toMatchObject({ samples: 13, files: 20, closed: true, unlisted: [] });
    expect(report.shards).toBeGreaterThan(2);
    expect(report.entries).toBeGreaterThan(2);
    expect(report.trainedTokens).toBeLessThan(report.tokens);
  });

  it('I6: gives the same bytes whatever the order, the partitions and the redeliveries', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...records.keys(), 12], { minLength: 13 }),
        fc.array(fc.nat(12), { maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (order, again, partitions) => {
          const all = [...records, closedRecord(12)];
          const log = [...order, ...again].map((index) => all[index] as SinkRecord);
          // The run may be complete before the last redelivery arrives.
          const out = newOutput(harness);
          const placed = placeRecords(log, (_, position) => position % partitions);
          expect(await deliver(await harness.open(out), placed)).toBe(true);
          expect(outputBytes(out)).toEqual(reference);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('I5, I6: killed after any effect, any number of times, it ends with the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.shuffledSubarray([...records.keys(), 12], { minLength: 13 }),
        async (deaths, order) => {
          const all = [...records, closedRecord(12)];
          const log = placeRecords(
            order.map((index) => all[index] as SinkRecord),
            (_, position) => position % 3,
          );
          const out = newOutput(harness);
          for (const effects of deaths) await dieAfter(effects, out, log);
          expect(await deliver(await harness.open(out), log)).toBe(true);
          expect(outputBytes(out)).toEqual(reference);
          expect((await verifyOutput(out)).samples).toBe(13);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes repositories that were tried again after their place, in one order, also when killed', async () => {
    const [first, second] = [records[1] as SinkRecord, records[2] as SinkRecord];
    const dropped = records.map((record, at) =>
      at === 1 || at === 2 ? droppedRecord(at) : record,
    );
    // The last repository is slow: the others come back before the data set is closed.
    const log = (...again: SinkRecord[]) => {
      const last = dropped.at(-1) as SinkRecord;
      return placeRecords([...dropped.slice(0, -1), ...again, closedRecord(12), last]);
    };
    const whole = newOutput(harness);
    expect(await deliver(await harness.open(whole), log(first, second))).toBe(true);
    expect(await verifyOutput(whole)).toMatchObject({ samples: 13, closed: true });
    for (const effects of [1, 4, 7, 12]) {
      const out = newOutput(harness);
      const placed = log(second, first, second);
      await dieAfter(effects, out, placed);
      expect(await deliver(await harness.open(out), placed)).toBe(true);
      expect(outputBytes(out)).toEqual(outputBytes(whole));
    }
  });

  it('refuses by a code what comes back after the data set is closed', async () => {
    const out = newOutput(harness);
    const rejected: string[] = [];
    const writer = await harness.open(out, {
      reject: async ({ offset }, { code }) => void rejected.push(`${offset} ${code}`),
    });
    const dropped = records.map((record, at) => (at === 1 ? droppedRecord(at) : record));
    const back = records[1] as SinkRecord;
    const log = placeRecords([...dropped, closedRecord(12), back, records[2] as SinkRecord]);
    for (const record of log) await writer.accept(record as StageRecord);
    const place = log[dropped.length + 1]?.offset;
    expect(rejected).toEqual([`${place} OUTPUT_CLOSED`]);
    expect(await verifyOutput(out)).toMatchObject({ samples: 12, closed: true });
  });

  it('goes on after every single crash point of the first two commits', async () => {
    const log = placeRecords([...records, closedRecord(12)]);
    const seen = new Set<string>();
    for (let effects = 1; effects <= 30; effects += 1) {
      const out = newOutput(harness);
      const name = await dieAfter(effects, out, log);
      if (name !== null) seen.add(name);
      await deliver(await harness.open(out), log);
      expect(outputBytes(out)).toEqual(reference);
    }
    expect([...seen].sort()).toEqual([
      'sink:entry-created',
      'sink:file-published',
      'sink:index-written',
      'sink:provenance-written',
      'sink:shard-written',
      'sink:temporary-written',
    ]);
  });

  it('announces every shard once, and again after a restart', async () => {
    const out = newOutput(harness);
    const log = placeRecords([...records, closedRecord(12)]);
    const writer = await harness.open(out);
    const announced: string[] = [];
    for (const record of log) {
      for (const outcome of (await writer.accept(record as StageRecord)).outcomes) {
        if (outcome.topic === 'shard-sealed') announced.push(outcome.body.path);
      }
    }
    expect(announced).toEqual(Object.keys(reference).filter((name) => name.endsWith('.mds')));
    const again = await harness.open(out);
    const { outcomes, done } = again.begin();
    expect(done).toBe(true);
    expect(outcomes.map(({ ordinal }) => ordinal)).toContain(announced.length - 1);
  });

  it('tells after a restart also of entries that died in the middle of one record', async () => {
    // In reverse, so that one record releases all others and makes several entries at once.
    const log = placeRecords([closedRecord(12), ...[...records].reverse()]);
    const out = newOutput(harness);
    await dieAt('sink:entry-created', 3, out, log);
    const writer = await harness.open(out);
    const told = [...writer.begin().outcomes];
    for (const record of log) {
      if (record.offset < writer.resumeOffset(record.topic, record.partition)) continue;
      told.push(...(await writer.accept(record as StageRecord)).outcomes);
    }
    const { shards } = await verifyOutput(out);
    expect(told.map(({ ordinal }) => ordinal).sort((a, b) => a - b)).toEqual([
      ...Array(shards).keys(),
    ]);
  });

  it('closes an output in which every source was dropped', async () => {
    const out = newOutput(harness);
    const log = placeRecords([droppedRecord(0), droppedRecord(1), closedRecord(2)]);
    expect(await deliver(await harness.open(out), log)).toBe(true);
    expect(await verifyOutput(out)).toMatchObject({ samples: 0, shards: 0, closed: true });
  });
});

/** Runs until so many effects have happened, then dies; the name of the last one. */
async function dieAfter(
  effects: number,
  out: string,
  log: readonly SinkRecord[],
): Promise<string | null> {
  let left = effects;
  let dead: string | null = null;
  const crashPoint = (name: string) => {
    if (dead !== null) throw new ProcessDeath('a dead process has no effects');
    left -= 1;
    if (left > 0) return;
    dead = name;
    throw new ProcessDeath(name);
  };
  try {
    await deliver(await harness.open(out, { crashPoint }), log);
  } catch (error) {
    if (!(error instanceof ProcessDeath)) throw error;
  }
  return dead;
}

/** Dies the nth time at a named crash point. */
async function dieAt(point: string, times: number, out: string, log: readonly SinkRecord[]) {
  let left = times;
  const crashPoint = (name: string) => {
    if (name === point) left -= 1;
    if (left <= 0) throw new ProcessDeath(name);
  };
  const writer = await harness.open(out, { crashPoint });
  await expect(deliver(writer, log)).rejects.toThrow(point);
}

describe('several writers on one output', () => {
  it('a zombie loses the race, reads what was done and loses nothing', async () => {
    const log = placeRecords([...records, closedRecord(12)]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 30, maxLength: 40 }), async (turns) => {
        const out = newOutput(harness);
        const writers = [await harness.open(out), await harness.open(out)];
        const next = [0, 0];
        for (const turn of turns) {
          const who = turn ? 1 : 0;
          const record = log[next[who] ?? 0];
          if (record === undefined) continue;
          next[who] = (next[who] ?? 0) + 1;
          await writers[who]?.accept(record as StageRecord);
        }
        expect(await deliver(await harness.open(out), log)).toBe(true);
        expect(outputBytes(out)).toEqual(reference);
        await verifyOutput(out);
      }),
      { numRuns: 10 },
    );
  });

  it('live writers with different arrivals pack every sample exactly once', async () => {
    const samples = records.filter((record) => record.topic === 'trajectory');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 30, maxLength: 60 }), async (turns) => {
        const out = newOutput(harness);
        const live = { bounded: false, knobs: { shardBytesMax: 4096, openPacksMax: 2 } };
        const logs = [placeRecords(samples), placeRecords([...samples].reverse())];
        const writers = [await harness.open(out, live), await harness.open(out, live)];
        const next = [0, 0];
        for (const turn of turns) {
          const who = turn ? 1 : 0;
          const record = logs[who]?.[next[who] ?? 0];
          if (record === undefined) continue;
          next[who] = (next[who] ?? 0) + 1;
          await writers[who]?.accept(record as StageRecord);
        }
        const report = await verifyOutput(out).catch((error: PipelineError) => {
          if (error.code === 'OUTPUT_MISSING') return null;
          throw error;
        });
        if (report !== null) expect(report.closed).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  it('gives up, coded, when the next number is taken by what is no entry', async () => {
    const out = newOutput(harness);
    const wrap = (store: ObjectStore): ObjectStore => ({
      ...store,
      create: async (path, bytes) => !path.startsWith('manifest/') && store.create(path, bytes),
    });
    const writer = await harness.open(out, { wrap, knobs: { conflictsMax: 3 } });
    const log = placeRecords([...records, closedRecord(12)]);
    await expect(deliver(writer, log)).rejects.toMatchObject({ code: 'OUTPUT_LOCKED' });
  });
});

describe('trouble', () => {
  it('a full disk at any write is DISK_FULL; with space again the bytes are the same', async () => {
    const log = placeRecords([...records, closedRecord(12)]);
    for (const failing of [1, 2, 3, 4, 6, 9]) {
      const out = newOutput(harness);
      let writes = 0;
      const wrap = (store: ObjectStore): ObjectStore => {
        const full = <Result>(write: () => Promise<Result>) => {
          writes += 1;
          if (writes < failing + 2) return write();
          return Promise.reject(new PipelineError('DISK_FULL', 'no space left'));
        };
        return {
          ...store,
          create: (path, bytes) => full(() => store.create(path, bytes)),
          replace: (path, bytes) => full(() => store.replace(path, bytes)),
        };
      };
      const writer = await harness.open(out, { wrap });
      await expect(deliver(writer, log)).rejects.toMatchObject({ code: 'DISK_FULL' });
      // What is in memory is no longer to be trusted: the writer refuses to go on.
      await expect(writer.accept(log[0] as StageRecord)).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
      await deliver(await harness.open(out), log);
      expect(outputBytes(out)).toEqual(reference);
    }
  });

  it.each([
    ['the configuration', { runId: 'other' }],
    ['the context length', { knobs: { contextLength: 1024 } }],
  ])('refuses to go on when %s changed', async (_what, options) => {
    const out = newOutput(harness);
    await deliver(await harness.open(out), placeRecords(records));
    await expect(harness.open(out, options)).rejects.toMatchObject({ code: 'OUTPUT_MISMATCH' });
  });

  it('refuses to go on with open packs of a live stream whose pieces it would cut otherwise', async () => {
    const out = newOutput(harness);
    const writer = await harness.open(out, { bounded: false, knobs: { openPacksMax: 2 } });
    const log = placeRecords(records.filter((record) => record.topic === 'trajectory'));
    for (const record of log) await writer.accept(record as StageRecord);
    const other = { bounded: false, knobs: { prefixTokensMax: 9 } };
    await expect(harness.open(out, other)).rejects.toMatchObject({ code: 'OUTPUT_MISMATCH' });
    await writer.idle?.();
    // Now nothing is in the making.
    expect(await harness.open(out, other)).toBeDefined();
  });

  it.each([
    ['a missing entry', (folder: string) => writeFileSync(join(folder, '00000099.json'), '{}')],
    [
      'a changed entry',
      (folder: string) => {
        const path = join(folder, '00000000.json');
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace('"closed":false', '"closed": false'),
        );
      },
    ],
    [
      'a torn entry',
      (folder: string) => writeFileSync(join(folder, '00000000.json'), '{"entry":0'),
    ],
  ])('MANIFEST_CORRUPT for %s', async (_what, damage) => {
    const out = newOutput(harness);
    await deliver(await harness.open(out), placeRecords([...records, closedRecord(12)]));
    damage(join(out, 'manifest'));
    await expect(harness.open(out)).rejects.toMatchObject({ code: 'MANIFEST_CORRUPT' });
    await expect(verifyOutput(out)).rejects.toMatchObject({ code: 'VERIFY_FAILED' });
  });
});
