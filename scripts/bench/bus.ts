/**
 * The bus: records of 1 KB per second, produced and consumed, on Kafka and on SQLite; on Kafka
 * beside bare kafkajs, which sends the same calls to the same broker with the same codec. The
 * rounds of both alternate and medians are printed, so that a busy machine slows both alike.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Bus, OutgoingRecord } from '../../services/runtime/bus/bus.ts';
import { kafkaKnobs } from '../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../services/runtime/bus/kafka/kafka-bus.ts';
import { openSqliteBus } from '../../services/runtime/bus/sqlite/sqlite-bus.ts';
import type { Report } from '../bench.ts';
import { startCluster } from '../cluster/cluster.ts';

const partitions = 12;
const recordBytes = 1024;
const recordsPerCall = 100;
const callersAtOnce = 8;
const records = 40_000;
const singles = 1000;
const rounds = 5;

/** Produces one call's records. The measured producers differ only here. */
type Produce = (topic: string, call: readonly OutgoingRecord[]) => Promise<unknown>;

interface Subject {
  readonly name: string;
  readonly createTopic: (topic: string) => Promise<void>;
  readonly produce: Produce;
  /** Receives that many records of a topic from its start. */
  readonly consume: (topic: string, count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const words = 'function return const export import interface readonly string number await'.split(
  ' ',
);

/** Text that compresses as code does, different in every record. */
function payload(index: number): Buffer {
  let text = `${index} `;
  let state = index + 1;
  while (text.length < recordBytes) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += `${words[(state >>> 16) % words.length]}${(state >>> 8) % 1000} `;
  }
  return Buffer.from(text.slice(0, recordBytes));
}

function calls(topic: string): OutgoingRecord[][] {
  return Array.from({ length: records / recordsPerCall }, (_, call) =>
    Array.from({ length: recordsPerCall }, (_each, ordinal) => {
      const index = call * recordsPerCall + ordinal;
      return { topic, key: `key-${index % 5000}`, value: payload(index) };
    }),
  );
}

async function seconds(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return (performance.now() - start) / 1000;
}

async function produceAll(subject: Subject, topic: string): Promise<number> {
  const waiting = calls(topic);
  return seconds(async () => {
    const caller = async () => {
      for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
        await subject.produce(topic, call);
      }
    };
    await Promise.all(Array.from({ length: callersAtOnce }, caller));
  });
}

async function produceSingles(subject: Subject, topic: string): Promise<number> {
  return seconds(async () => {
    for (let index = 0; index < singles; index += 1) {
      await subject.produce(topic, [{ topic, key: `key-${index}`, value: payload(index) }]);
    }
  });
}

function subjectOf(name: string, bus: Bus): Subject {
  return {
    name,
    createTopic: (topic) => bus.createTopics([{ name: topic, partitions }]),
    produce: (_topic, call) => bus.produce(call),
    consume: async (topic, count) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      let left = count;
      const consumer = await bus.consume({
        group: `${topic}-readers`,
        topics: [topic],
        startOffset: () => 0,
        onRecords: (batch) => {
          left -= batch.length;
          if (left <= 0) resolve();
        },
        onRevoked: () => {},
        onFailure: reject,
        batchMax: 256,
      });
      await promise;
      await consumer.close();
    },
    close: () => bus.close(),
  };
}

/** kafkajs without the program's bus. */
async function openBare(brokers: string): Promise<Subject> {
  const { fetchWaitMs, fetchBytesMax } = kafkaKnobs.parse({});
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await admin.connect();
  await producer.connect();
  return {
    name: 'bare kafkajs',
    createTopic: async (topic) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
    },
    produce: (topic, call) =>
      producer.send({
        topic,
        acks: -1,
        compression: CompressionTypes.GZIP,
        messages: call.map(({ key, value }) => ({ key, value: Buffer.from(value) })),
      }),
    consume: async (topic, count) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = count;
      const consumer = kafka.consumer({
        groupId: `${topic}-bare-readers`,
        maxWaitTimeInMs: fetchWaitMs,
        maxBytesPerPartition: fetchBytesMax,
      });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          left -= batch.messages.length;
          if (left <= 0) resolve();
        },
      });
      await promise;
      await consumer.disconnect();
    },
    close: async () => {
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

interface Rates {
  readonly produce: number;
  readonly single: number;
  readonly consume: number;
}

async function measure(subjects: readonly Subject[]): Promise<Map<string, Rates>> {
  const all = new Map<string, Rates[]>(subjects.map(({ name }) => [name, []]));
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? subjects : [...subjects].reverse();
    for (const subject of order) {
      const topic = `${subject.name.replaceAll(' ', '-')}-${round}`;
      await subject.createTopic(topic);
      const produce = records / (await produceAll(subject, topic));
      const consume = records / (await seconds(() => subject.consume(topic, records)));
      const single = singles / (await produceSingles(subject, topic));
      if (round > 0) all.get(subject.name)?.push({ produce, single, consume });
    }
  }
  const middle = (name: string, rate: keyof Rates) =>
    median((all.get(name) ?? []).map((rates) => rates[rate]));
  return new Map(
    subjects.map(({ name }) => [
      name,
      {
        produce: middle(name, 'produce'),
        single: middle(name, 'single'),
        consume: middle(name, 'consume'),
      },
    ]),
  );
}

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bench-'));
  const ports = { kafkaPort: 0, kafkaControllerPort: 0 };
  const cluster = await startCluster({ folder, parts: ['kafka'], ...ports });
  const brokers = cluster.address('kafka');
  const settings = kafkaKnobs.parse({ brokers });
  const secrets = { username: undefined, password: undefined };
  const subjects = [
    subjectOf('kafka', await openKafkaBus({ settings, secrets, log: null })),
    await openBare(brokers),
    subjectOf('sqlite', openSqliteBus(join(folder, 'log'))),
  ];
  try {
    const rates = await measure(subjects);
    const bare = rates.get('bare kafkajs');
    for (const [name, { produce, single, consume }] of rates) {
      const compared = name === 'kafka' ? bare : undefined;
      const figure = (metric: string, value: number, baseline: number | undefined) =>
        report({
          metric: `${name}: ${metric}`,
          value,
          unit: 'records/s',
          baseline: baseline ?? null,
        });
      figure('produce, 8 callers × 100', produce, compared?.produce);
      figure('produce, one at a time', single, compared?.single);
      figure('consume', consume, compared?.consume);
    }
  } finally {
    for (const subject of subjects) await subject.close();
    await cluster.down();
    await rm(folder, { recursive: true, force: true });
  }
}
