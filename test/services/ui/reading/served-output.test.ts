/** What is served follows its output, writes nothing into it, and survives damage. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyOptOuts } from '../../../../services/dataset/growing/opt-out.ts';
import { parseOptOutList } from '../../../../services/dataset/opt-out/rules.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';
import type {
  OpeningView,
  OutputState,
  SamplePage,
  Totals,
  TrajectoryView,
} from '../../../../services/ui/api.ts';
import { makeOutput } from '../../../samples/export-output.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  placeRecords,
} from '../../../samples/sink-harness.ts';
import { type ServedRun, serveFolders, serveRun } from '../server/serve-output.ts';

let folder: string;
let out: string;
let served: ServedRun;

const json = async <Value>(path: string) => (await served.json(path)) as Value;

beforeAll(async () => {
  served = await serveRun();
  ({ folder, out } = served);
});

afterAll(() => served.close());

/** Every file below a folder with the hash of its bytes. */
function fingerprint(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    })
    .sort();
}

/** A repository whose text is long enough that a few of them fill a shard. */
function recordOf(harness: Harness, place: number) {
  const text = `text ${place}\n`.repeat(5 + ((place * 11) % 40));
  return harness.trajectory({ name: `r${place}`, files: [{ path: 'a', text }] }, place);
}

describe('the output', () => {
  test('stays as it is, and its catalogue is found again in the cache', async () => {
    const before = fingerprint(out);
    const again = await serveFolders([out], { cache: join(folder, 'cache') });
    const kept = fingerprint(join(folder, 'cache'));
    try {
      await again.outputs[0]?.settled();
      const { rows } = await json<SamplePage>('/api/samples');
      await again.json(`/api/journey?id=${rows[0]?.id}`);
      expect(await again.json('/api/totals')).toEqual(await json('/api/totals'));
    } finally {
      await again.close();
    }
    expect(fingerprint(out)).toEqual(before);
    expect(kept).toHaveLength(1);
    expect(fingerprint(join(folder, 'cache'))).toEqual(kept);
  });

  test('a cache that cannot be written costs nothing but a word', async () => {
    writeFileSync(join(folder, 'file'), '');
    const again = await serveFolders([out], { cache: join(folder, 'file', 'below') });
    try {
      await again.outputs[0]?.settled();
      const [state] = (await again.json('/api/outputs')) as OutputState[];
      expect(state).toMatchObject({ shardsRead: 1, problem: null });
      expect(state?.kept).toContain('in memory only, because');
    } finally {
      await again.close();
    }
  });

  test('a damaged shard is named, and the server goes on', async () => {
    const copy = join(folder, 'damaged');
    cpSync(out, copy, { recursive: true });
    writeFileSync(join(copy, 'shards/shard.00000.mds'), 'short');
    const damaged = await serveFolders([copy]);
    try {
      await damaged.outputs[0]?.settled();
      const [state] = (await damaged.json('/api/outputs')) as OutputState[];
      const problem = { code: 'SHARD_CORRUPT', subject: 'shards/shard.00000.mds' };
      expect(state).toMatchObject({ shardsRead: 0, problem });
      expect(await damaged.json('/api/totals')).toMatchObject({ samples: 0 });
    } finally {
      await damaged.close();
    }
  });

  test('what is added to a data set that grows is shown', async () => {
    const harness = await createHarness();
    const growing = join(harness.folder, 'growing');
    mkdirSync(growing);
    const records = await Promise.all(Array.from({ length: 14 }, (_, at) => recordOf(harness, at)));
    await deliver(await harness.open(growing), placeRecords(records.slice(0, 8)));
    const again = await serveFolders([growing]);
    try {
      await again.outputs[0]?.settled();
      const [before] = (await again.json('/api/outputs')) as OutputState[];
      expect(before).toMatchObject({ closed: false });
      await again.json('/api/quality?start=1');
      expect(await again.json('/api/quality')).toMatchObject({ state: 'done' });
      const all = placeRecords([...records, closedRecord(14)]);
      await deliver(await harness.open(growing), all);
      await again.outputs[0]?.refresh();
      await again.outputs[0]?.settled();
      const [after] = (await again.json('/api/outputs')) as OutputState[];
      expect(after?.closed).toBe(true);
      expect(after?.shardsRead).toBeGreaterThan(before?.shardsRead ?? 0);
      expect(await again.json('/api/totals')).toMatchObject({ samples: 14, incomplete: 0 });
      // It was measured when there was less.
      expect(await again.json('/api/quality')).toMatchObject({ state: 'idle' });
    } finally {
      await again.close();
      harness.remove();
    }
  });

  test('one that is removed while it is open is told, and goes on when it is back', async () => {
    const copy = join(folder, 'removed');
    cpSync(out, copy, { recursive: true });
    const again = await serveFolders([copy]);
    try {
      const [output] = again.outputs;
      await output?.settled();
      renameSync(copy, `${copy}-away`);
      await output?.refresh();
      expect(output?.state().problem).toMatchObject({ code: 'OUTPUT_MISSING', subject: copy });
      expect(await again.json('/api/totals')).toMatchObject({ samples: 1 });
      renameSync(`${copy}-away`, copy);
      await output?.refresh();
      expect(output?.state().problem).toBeNull();
    } finally {
      await again.close();
    }
  });

  test('what leaves is gone, and all else counted once, however many look at once', async () => {
    const harness = await createHarness();
    const { out: copy } = await makeOutput(harness, 'out', { repositories: 6 });
    const again = await serveFolders([copy]);
    try {
      const [output] = again.outputs;
      await output?.settled();
      const before = (await again.json('/api/totals')) as Totals;
      const rules = parseOptOutList('r3', 'list');
      await applyOptOuts(openLocalObjects(copy), { rules, list: 'a'.repeat(64) });
      await Promise.all([again.ask('/'), output?.refresh(), again.ask('/'), output?.refresh()]);
      await output?.settled();
      const after = (await again.json('/api/totals')) as Totals;
      expect(after.samples).toBe(before.samples - 1);
      expect(after.shards).toBe(before.shards);
    } finally {
      await again.close();
      harness.remove();
    }
  });

  test('a long trajectory has a beginning before it is read, and after', async () => {
    const harness = await createHarness();
    const long = join(harness.folder, 'long');
    mkdirSync(long);
    const files = Array.from({ length: 400 }, (_, place) => ({ path: `${place}`, text: 'text\n' }));
    const record = await harness.trajectory({ name: 'long', files }, 0);
    const writer = await harness.open(long, { knobs: { contextLength: 8192 } });
    await deliver(writer, placeRecords([record, closedRecord(1)]));
    const again = await serveFolders([long]);
    try {
      await again.outputs[0]?.settled();
      const { rows } = (await again.json('/api/samples')) as SamplePage;
      const id = rows[0]?.id;
      const opening = async () => (await again.json(`/api/opening?id=${id}`)) as OpeningView;
      const before = (await opening()).view;
      const whole = (await again.json(`/api/trajectory?id=${id}`)) as TrajectoryView;
      const after = (await opening()).view;
      for (const view of [before, after]) {
        const { segments = [], isWhole, tokens, texts = [] } = view ?? {};
        expect([isWhole, tokens]).toEqual([false, whole.tokens]);
        expect(segments.length).toBeGreaterThan(1);
        expect(segments.length).toBeLessThan(whole.segments.length);
        expect(segments).toEqual(whole.segments.slice(0, segments.length));
        expect(texts).toEqual(whole.texts.slice(0, texts.length));
      }
    } finally {
      await again.close();
      harness.remove();
    }
  });

  test('a folder without a manifest is OUTPUT_MISSING', async () => {
    await expect(serveFolders([folder])).rejects.toMatchObject({ code: 'OUTPUT_MISSING' });
  });
});
