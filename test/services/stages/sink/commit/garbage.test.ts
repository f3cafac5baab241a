/** Shard files that no entry names go as soon as nobody can name them any more, and not before. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../../../../schemas/manifest.ts';
import { endOf, type ManifestEnd } from '../../../../../services/dataset/growing/end.ts';
import { verifyOutput } from '../../../../../services/dataset/verify/verify.ts';
import { ProcessDeath, type StageRecord } from '../../../../../services/runtime/stage.ts';
import { abandonedAmong, shardNames } from '../../../../../services/stages/sink/commit/garbage.ts';
import {
  createHarness,
  type Harness,
  newOutput,
  placeRecords,
  type SinkRecord,
} from '../../../../samples/sink-harness.ts';

const hash = 'ab'.repeat(32);
const bounded = (number: number) => `shards/${shardNames({ number, entry: null }, hash)[1]}.mds`;
const live = (number: number, entry: number) =>
  `shards/${shardNames({ number, entry }, hash)[0]}.mds`;

/** Entries with so many shards each, named as a bounded run names them. */
function manifest(shards: readonly number[], closed = false): ManifestEnd {
  let number = 0;
  const entries = shards.map((count, position) => {
    const firstShard = number;
    const names = Array.from({ length: count }, () =>
      shardNames({ number: number++, entry: null }, ''),
    );
    const named = names.map(([name]) => ({
      path: `shards/${name}.mds`,
      provenance: { path: `provenance/${name}.jsonl` },
    }));
    const last = closed && position === shards.length - 1;
    return { firstShard, shards: named, closed: last } as unknown as ManifestEntry;
  });
  return endOf(entries, null);
}

describe('abandonedAmong', () => {
  const entries = manifest([2, 1]);

  it.each([
    ['a shard that an entry names', 'shards/shard.00001.mds', false],
    ['its provenance', 'provenance/shard.00001.jsonl', false],
    ['another of a number that is taken', bounded(2), true],
    ['one of the next number: its writer may be at work', bounded(3), false],
    ['one of a far number', 'shards/shard.00009.mds', false],
    ['one made for an entry that another took', live(3, 1), true],
    ['one made for the next entry', live(3, 2), false],
    ['a file of somebody else', 'shards/index.json', false],
    ['a file with a name like ours', 'shards/shard.00000.mds.bak.old', false],
  ])('%s', (_what, path, abandoned) => {
    expect(abandonedAmong([path], entries)).toEqual(abandoned ? [path] : []);
  });

  it('looks only at shards from the first known entry on', () => {
    const later = { ...entries, entries: entries.entries.slice(1) };
    expect(abandonedAmong([bounded(1), bounded(2), live(1, 0)], later)).toEqual([bounded(2)]);
  });

  it('after the closing entry nobody names anything more', () => {
    expect(abandonedAmong([bounded(3), live(3, 2)], manifest([2, 1], true))).toHaveLength(2);
    expect(abandonedAmong(['shards/shard.00001.mds'], manifest([2, 1], true))).toEqual([]);
  });
});

describe('a live stream', () => {
  const options = { bounded: false, knobs: { shardBytesMax: 4096, openPacksMax: 2 } };
  let harness: Harness;
  let log: SinkRecord[];

  beforeAll(async () => {
    harness = await createHarness();
    const records: SinkRecord[] = [];
    for (let sequence = 0; sequence < 8; sequence += 1) {
      const files = [{ path: 'a.txt', text: `line of ${sequence}\n`.repeat(60) }];
      records.push(await harness.trajectory({ name: `repository-${sequence}`, files }, sequence));
    }
    log = placeRecords(records);
  });

  afterAll(() => harness.remove());

  it('keeps what a killed writer wrote until its entry is taken, then removes it', async () => {
    const out = newOutput(harness);
    const crashPoint = (name: string) => {
      if (name === 'sink:provenance-written') throw new ProcessDeath(name);
    };
    const killed = await harness.open(out, { ...options, crashPoint });
    for (const record of log.slice(0, 3))
      await killed.accept(record as StageRecord).catch(() => {});
    await killed.idle?.().catch(() => {});
    const left = readdirSync(join(out, 'shards')).filter((name) => name.endsWith('.mds'));
    expect(left).toHaveLength(1);
    const heir = await harness.open(out, options);
    expect(readdirSync(join(out, 'shards'))).toEqual(expect.arrayContaining(left));
    // In another order, so that its shards have other bytes.
    for (const record of [...log].reverse()) await heir.accept(record as StageRecord);
    await heir.idle?.();
    expect((await verifyOutput(out)).unlisted).toHaveLength(2);
    await harness.open(out, options);
    expect(await verifyOutput(out)).toMatchObject({ unlisted: [], samples: 8 });
  });
});
