/**
 * What follows from offsets in a cluster: lag, open repositories, the end of a bounded data set.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  consumerGroup,
  graph,
  physicalTopic,
  type StageName,
  type TopicName,
} from '../../../../schemas/topology.ts';
import type { Bus } from '../../../../services/runtime/bus/bus.ts';
import { partitionLags, unfinished } from '../../../../services/runtime/bus/lag.ts';
import { openSqliteBus } from '../../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { encodeDone } from '../../../../services/runtime/bus/watermark.ts';
import { systemClock } from '../../../../services/runtime/clock.ts';
import {
  createClusterProgress,
  isDrained,
  openRepositories,
} from '../../../../services/runtime/cluster/progress.ts';
import { topicConfigurations } from '../../../../services/runtime/engine/open-engine.ts';
import { createCodec } from '../../../../services/runtime/records/codec.ts';
import { type BlobStore, openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import type { RunProgress } from '../../../../services/runtime/watch/progress.ts';
import { closedRecord } from '../../../samples/sink-harness.ts';

const dataset = 'd';

describe('progress by offsets', () => {
  let folder: string;
  let bus: Bus;
  let blobs: BlobStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstory-lag-'));
    bus = openSqliteBus(folder);
    blobs = await openLocalBlobStore(join(folder, 'blobs'));
    await bus.createTopics(topicConfigurations(dataset));
  });
  afterEach(async () => {
    await bus.close();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (topic: TopicName, count: number) =>
    bus.produce(
      Array.from({ length: count }, () => ({
        topic: physicalTopic(dataset, topic),
        key: 'one repository',
        value: Buffer.from('a record'),
      })),
    );
  /** Commits all but the last `left` records; `done` of those are done above the watermark. */
  const finish = async (stage: StageName, left = 0, done = 0) => {
    const consumer = await bus.consume({
      group: consumerGroup(dataset, stage),
      topics: graph[stage].reads.map((topic) => physicalTopic(dataset, topic)),
      startOffset: () => 0,
      onRecords: () => {},
      onRevoked: () => {},
      onFailure: () => {},
      batchMax: 1,
    });
    for (const { topic, partition, end } of await partitionLags(bus, dataset, stage)) {
      if (end === 0) continue;
      const offset = end - left;
      const above = new Set(Array.from({ length: done }, (_, index) => offset + 1 + index));
      const at = { topic: physicalTopic(dataset, topic), partition };
      await consumer.commit([{ ...at, offset, metadata: encodeDone(offset, above) }]);
    }
    await consumer.close();
  };

  /** Whichever stage stands before it. */
  const inputOf = (stage: 'extract' | 'plan') => graph[stage].reads[0] as TopicName;

  it('counts unfinished records, those above the watermark too', async () => {
    await write('file-task', 10);
    expect(await unfinished(bus, dataset, 'simulate')).toBe(10);
    await finish('simulate', 6, 4);
    expect(await unfinished(bus, dataset, 'simulate')).toBe(2);
    await finish('simulate');
    expect(await unfinished(bus, dataset, 'simulate')).toBe(0);
  });

  it('counts open repositories, also those whose files wait', async () => {
    await write('repo-found', 6);
    expect(await openRepositories(bus, dataset)).toBe(6);
    await finish('admit', 2);
    await write(inputOf('extract'), 4);
    await finish('extract');
    await write(inputOf('plan'), 4);
    await finish('plan');
    await write('repo-plan', 4);
    await write('file-task', 40);
    await finish('simulate');
    await write('file-trace', 40);
    await finish('search', 15);
    await write('file-thought', 25);
    // 15 files before the search and 25 before the join, of 10 each, and 2 repositories at admit.
    expect(await openRepositories(bus, dataset)).toBe(2 + 4);
    await finish('flatten', 1);
    expect(await openRepositories(bus, dataset)).toBe(2 + 2);
  });

  it('I10: holds the source back at the limit, and lets it continue when some repositories have ended', async () => {
    const progress = createClusterProgress(bus, dataset, systemClock);
    const { signal } = new AbortController();
    const find = async (open: RunProgress) => {
      await write('repo-found', 1);
      open.observe('repo-found', {} as never, {} as never);
    };
    for (let found = 0; found < 3; found += 1) {
      await progress.openBelow(3, signal);
      await find(progress);
    }
    let passed = false;
    const waiting = progress.openBelow(3, signal).then(() => {
      passed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(passed).toBe(false);
    await finish('admit', 2);
    await waiting;
    // A source that is told to stop does not wait.
    await find(progress);
    await progress.openBelow(1, AbortSignal.abort());
  });

  const drained = (last: StageName) => isDrained(bus, createCodec(blobs), dataset, last);
  const close = async () => {
    const { envelope, body } = closedRecord(2);
    const value = await createCodec(blobs).encode('input-closed', envelope, body);
    await bus.produce([{ topic: physicalTopic(dataset, 'input-closed'), key: '', value }]);
  };

  it('a bounded data set has ended when the input is closed and all earlier records are done', async () => {
    await write('repo-found', 2);
    await finish('admit');
    expect(await drained('admit')).toBe(false);
    await close();
    expect(await drained('discover')).toBe(true);
    expect(await drained('admit')).toBe(true);
    await write(inputOf('extract'), 2);
    expect(await drained('admit')).toBe(true);
    expect(await drained('extract')).toBe(false);
    await finish('extract', 1);
    expect(await drained('plan')).toBe(false);
    await finish('extract');
    expect(await drained('flatten')).toBe(true);
  });

  it('an unreadable record does not close the input', async () => {
    await write('repo-found', 1);
    await finish('admit');
    await write('input-closed', 2);
    expect(await drained('admit')).toBe(false);
    await close();
    expect(await drained('admit')).toBe(true);
  });
});
