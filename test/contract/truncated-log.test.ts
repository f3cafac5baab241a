/**
 * Records that are deleted before their reader has them: on a real broker by an administrator's
 * command, in the embedded log by hand. I11: a consumer never steps over them, at its start or
 * while it runs.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import '../../services/runtime/bus/kafka/guard.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus, ConsumerOptions } from '../../services/runtime/bus/bus.ts';
import { kafkaKnobs } from '../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../services/runtime/bus/kafka/kafka-bus.ts';
import { openSqliteBus } from '../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { clusterStartMsMax, sharedCluster } from '../samples/servers/cluster.ts';
import { collect, records, settle, uniqueNames, until } from './bus-subject.ts';

interface Subject {
  readonly bus: Bus;
  /** Deletes the records of a topic's only partition below an offset. */
  deleteBelow(topic: string, offset: number): Promise<void>;
  close(): Promise<void>;
}

let admin: Admin;
let brokers = '';

beforeAll(async () => {
  brokers = (await sharedCluster('kafka')).address('kafka');
  admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
}, clusterStartMsMax);
afterAll(() => admin.disconnect());

async function kafka(): Promise<Subject> {
  const settings = kafkaKnobs.parse({ brokers, heartbeatMs: 200, stallMs: 10_000 });
  const secrets = { username: undefined, password: undefined };
  const bus = await openKafkaBus({ settings, secrets, log: null });
  return {
    bus,
    deleteBelow: async (topic, offset) => {
      // It deletes only in topics that it knows.
      await admin.fetchTopicOffsets(topic);
      const partitions = [{ partition: 0, offset: String(offset) }];
      await admin.deleteTopicRecords({ topic, partitions });
    },
    close: () => bus.close(),
  };
}

async function sqlite(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-truncated-'));
  const bus = openSqliteBus(folder);
  return {
    bus,
    deleteBelow: async (topic, offset) => {
      const database = new DatabaseSync(join(folder, 'log.db'));
      const { id } = database.prepare('SELECT id FROM partitions WHERE topic = ?').get(topic) as {
        id: number;
      };
      const low = id * 2 ** 32;
      database.prepare('DELETE FROM records WHERE id >= ? AND id < ?').run(low, low + offset);
      database.close();
    },
    close: async () => {
      await bus.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.each([
  ['Kafka', kafka],
  ['SQLite', sqlite],
] as const)('I11: a log that was truncated: %s', (_name, open) => {
  const opened = async () => {
    const subject = await open();
    const { single: topic, group } = uniqueNames();
    await subject.bus.createTopics([{ name: topic, partitions: 1 }]);
    await subject.bus.produce(records(topic, 0, 10));
    const from = (offset: number): Partial<ConsumerOptions> => ({ startOffset: () => offset });
    const consume = (options: Partial<ConsumerOptions> = {}) =>
      collect(subject.bus, { group, topics: [topic], ...options });
    return { ...subject, topic, from, consume };
  };

  it.each([
    [
      'lies before what is left',
      4,
      7,
      /begins at offset 7, but its reader stands at 4: 3 records were deleted/,
    ],
    [
      'is the beginning',
      0,
      1,
      /begins at offset 1, but its reader stands at 0: 1 record was deleted/,
    ],
    [
      'lies before an end where nothing is left',
      9,
      10,
      /begins at offset 10, but its reader stands at 9: 1 record was deleted/,
    ],
    ['lies after the end', 11, 0, /ends before offset 11, which its reader had reached/],
  ])('refuses to start where its position %s', async (_what, position, below, said) => {
    const { consume, from, deleteBelow, topic, close } = await opened();
    await deleteBelow(topic, below);
    await expect(consume(from(position))).rejects.toMatchObject({
      code: 'LOG_TRUNCATED',
      subject: `${topic}/0`,
      message: expect.stringMatching(said),
    });
    await close();
  });

  it('starts where all that follows its position is there', async () => {
    const { consume, from, deleteBelow, topic, bus, close } = await opened();
    await deleteBelow(topic, 7);
    expect(await bus.startOffsets(topic)).toEqual([7]);
    const { received, consumer } = await consume(from(7));
    await until(() => received.length === 3);
    await consumer.close();
    await close();
  });

  it.each([15, 20])(
    'fails while it runs, when records below %i go before they came',
    async (to) => {
      const { consume, deleteBelow, topic, bus, close } = await opened();
      const failures: unknown[] = [];
      const { received, consumer } = await consume({ onFailure: (error) => failures.push(error) });
      await until(() => received.length === 10);
      consumer.pause([{ topic, partition: 0 }]);
      // More than it holds for a paused partition.
      for (let call = 0; call < 10; call += 1) {
        await bus.produce([{ topic, key: 'k', value: randomBytes(500_000) }]);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      await deleteBelow(topic, to);
      consumer.resume([{ topic, partition: 0 }]);
      await until(() => failures.length > 0);
      await settle();
      expect(failures).toMatchObject([{ code: 'LOG_TRUNCATED', subject: `${topic}/0` }]);
      const offsets = received.map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, index) => index));
      await consumer.close();
      await close();
    },
  );
});
