/** Where the page looks for what is being done: a run's folder, and a cluster's bus and metrics. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deadLetterTopic, physicalTopic } from '../../../../schemas/topology.ts';
import {
  openSqliteBus,
  type SqliteLog,
} from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { clusterTopics } from '../../../../services/runtime/engine/open-engine.ts';
import { plainWire } from '../../../../services/runtime/records/wire.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';
import { createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { startMetricsServer } from '../../../../services/runtime/watch/metrics-server.ts';
import { openClusterLive } from '../../../../services/ui/live/cluster-live.ts';
import { openRunLive } from '../../../../services/ui/live/run-live.ts';

const dataset = 'default';
let folder: string;
let bus: SqliteLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-live-'));
  bus = openSqliteBus(join(folder, 'log'));
  await bus.createTopics(clusterTopics(dataset));
});
afterEach(async () => {
  await bus.close().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

const envelope = {
  ...{ id: 'found', parentId: 'p', repositoryId: 'repository', dataset, stage: 'discover' },
  ...{ stageVersion: 1, seed: 0, eventTimeMs: 0, sourceSequence: 0, attempt: 0 },
};
/** A record whose body is a blob, as large ones are. */
const record = plainWire.encode('repo-found', {
  ...{ envelope, body: null, bodyReference: { sha256: 'ab'.repeat(32), bytes: 40_000 } },
});

const bury = (id: string, payload: Uint8Array = record) =>
  bus.produce([
    {
      topic: physicalTopic(dataset, deadLetterTopic('repo-found')),
      key: 'repository',
      value: plainWire.encodeDeadLetter('repo-found', {
        envelope: { ...envelope, id },
        body: {
          ...{ stage: 'admit', topic: 'repo-found', partition: 0, offset: 0, payload },
          ...{ reason: 'BLOB_MISSING', detail: 'it is gone', attempts: 6 },
        },
        bodyReference: null,
      }),
    },
  ]);

const produce = () =>
  bus.produce([{ topic: physicalTopic(dataset, 'repo-found'), key: 'repository', value: record }]);

describe('a folder', () => {
  const runFile = () => writeFileSync(join(folder, 'run.json'), JSON.stringify({ dataset }));

  test('without the file of a run shows what the log of a finished run holds', async () => {
    runFile();
    mkdirSync(join(folder, 'blobs'));
    await produce();
    await bury('letter');
    const live = openRunLive(folder, () => 0);
    expect(await live.look()).toEqual({ look: null, why: 'a run is using its log' });
    await bus.close();
    const before = readdirSync(folder, { recursive: true });
    const { look } = await live.look();
    expect(look).toMatchObject({ from: 'log', state: 'ended', spending: null });
    expect(look?.stages.find(({ stage }) => stage === 'admit')).toMatchObject({ done: 1 });
    const { letters, waiting } = await live.letters();
    expect(letters).toMatchObject([{ id: 'letter', reason: 'BLOB_MISSING', status: 'waiting' }]);
    expect(waiting).toBe(1);
    expect(await live.letter('letter')).toMatchObject({ partition: 0, bytes: record.byteLength });
    await expect(live.letter('other')).rejects.toMatchObject({ code: 'USAGE' });
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  test.each([
    ['{}', 'no file of a run'],
    ['[', 'no JSON'],
    [JSON.stringify({ format: 1, stages: [{ stage: '<script>' }] }), 'a stage that is none'],
    [' '.repeat(2_000_000), 'too large'],
  ])('that holds %.20j is told by its log', async (text) => {
    runFile();
    await bus.close();
    writeFileSync(join(folder, 'log/now.json'), text);
    expect((await openRunLive(folder, () => 0).look()).look).toMatchObject({ from: 'log' });
  });
});

describe('a cluster', () => {
  const open = (metrics: readonly string[], mayAct = false) =>
    openClusterLive({
      ...{ bus, wire: plainWire, dataset, store: openLocalObjects(folder), metrics, mayAct },
      ...{ timeMs: () => 7, close: async () => {} },
    });

  test('shows queues by offsets, handlers by metrics, and who does not answer', async () => {
    await produce();
    mkdirSync(join(folder, 'spending'));
    for (const id of ['a', 'b']) {
      const spent = JSON.stringify({ calls: 2, microDollars: 50 });
      writeFileSync(join(folder, `spending/${id}.json`), spent);
    }
    const metrics = createMetrics({}, { dataset: 'first', stages: ['admit'] });
    metrics.begun('admit');
    const server = await startMetricsServer({ metrics, port: 0 });
    const gone = 'http://127.0.0.1:1/metrics';
    try {
      const { look } = await open([`http://127.0.0.1:${server.port}/metrics`, gone]).look();
      expect(look).toMatchObject({ from: 'cluster', atMs: 7, answering: 1 });
      expect(look?.silent).toMatchObject([{ place: gone, why: expect.stringMatching(/./) }]);
      expect(look?.spending).toMatchObject({ calls: 4, microDollars: 100 });
      const stageOf = (name: string) => look?.stages.find(({ stage }) => stage === name);
      expect(stageOf('admit')).toMatchObject({ waiting: 1, done: 0, inFlight: 1 });
      expect(stageOf('discover')).toMatchObject({ waiting: null, done: 1 });
      expect(stageOf('plan')).toMatchObject({ inFlight: null, ended: null });
    } finally {
      await server.close();
    }
  });

  test('only a page with that right puts a letter back or drops it', async () => {
    await produce();
    await bury('one');
    await bury('two', Buffer.from('no record'));
    expect(open([]).act).toBeUndefined();
    const live = open([], true);
    expect(await live.letter('one')).toMatchObject({
      why: null,
      record: expect.stringContaining('40000'),
    });
    expect((await live.letter('two')).why).toBe('its bytes are no record of its topic');
    expect(await live.act?.('drop', ['two'], false)).toEqual(['two']);
    await expect(live.act?.('drop', ['three'], false)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await live.act?.('retry', ['one'], false)).toEqual(['one']);
    const { letters, waiting } = await live.letters();
    expect(waiting).toBe(0);
    expect(letters.map(({ id, status, retries }) => [id, status, retries])).toEqual([
      ['one', 'retried', 1],
      ['two', 'dropped', 0],
    ]);
    const ends = await bus.endOffsets(physicalTopic(dataset, 'repo-found'));
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(2);
  });
});
