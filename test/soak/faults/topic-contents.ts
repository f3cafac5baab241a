/**
 * What lies in a data set's topics, read by ways of its own: a plain kafkajs consumer on the
 * cluster's side, the log of the embedded run on the other. Records are compared by their bytes
 * without the frame of the registry, because ids and bodies derive from content alone.
 */
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import '../../../services/runtime/bus/kafka/guard.ts';
import { deadLetterTopic, physicalTopic, topicNames } from '../../../schemas/topology.ts';
import { openSqliteBus } from '../../../services/runtime/bus/sqlite/sqlite-bus.ts';

/** Times that each record, by its hash, is in a topic. */
export type TopicContents = ReadonlyMap<string, ReadonlyMap<string, number>>;

const frameBytes = 5;
const readMsMax = 120_000;

/** A stranger's record may have none, or be nothing at all. */
function withoutFrame(value: Buffer | null): Uint8Array {
  if (value === null) return Buffer.from('no value');
  return value.length > frameBytes && value[0] === 0 ? value.subarray(frameBytes) : value;
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Topics without the data set's name, dead letters among them. */
export const allTopics = topicNames.flatMap((topic) => [topic, deadLetterTopic(topic)]);

class Counts {
  readonly contents = new Map<string, Map<string, number>>(allTopics.map((it) => [it, new Map()]));

  add(topic: string, bytes: Uint8Array): void {
    const counts = this.contents.get(topic) ?? new Map<string, number>();
    const hash = hashOf(bytes);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
    this.contents.set(topic, counts);
  }
}

export function connectKafka(brokers: string): Kafka {
  return new Kafka({
    brokers: [brokers],
    clientId: 'fault-checker',
    logLevel: logLevel.NOTHING,
    requestTimeout: 10_000,
  });
}

/** Every record of a data set on the broker, up to where its topics end now. */
export async function readCluster(brokers: string, dataset: string): Promise<TopicContents> {
  const kafka = connectKafka(brokers);
  const counts = new Counts();
  const prefix = physicalTopic(dataset, '');
  const missing = await endsOf(kafka, prefix);
  const topics = [...new Set([...missing.keys()].map((key) => key.split('/')[0] ?? ''))];
  if (topics.length === 0) return counts.contents;
  const groupId = `fault-checker-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('reading topics back hangs')), readMsMax);
      const begun = consumer.run({
        autoCommit: false,
        eachMessage: async ({ topic, partition, message }) => {
          const end = missing.get(`${topic}/${partition}`);
          if (end === undefined || Number(message.offset) >= end) return;
          counts.add(topic.slice(prefix.length), withoutFrame(message.value));
          if (Number(message.offset) === end - 1) missing.delete(`${topic}/${partition}`);
          if (missing.size > 0) return;
          clearTimeout(late);
          resolve();
        },
      });
      begun.catch(reject);
    });
  } finally {
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]);
    await admin.disconnect();
  }
  return counts.contents;
}

/** End offset of every partition that holds a record. */
async function endsOf(kafka: Kafka, prefix: string): Promise<Map<string, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = new Map<string, number>();
    for (const name of allTopics) {
      const topic = `${prefix}${name}`;
      for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
        if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, Number(high));
      }
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}

/** The same of an embedded run that has ended. */
export async function readEmbedded(output: string, dataset: string): Promise<TopicContents> {
  const counts = new Counts();
  const bus = openSqliteBus(join(output, 'log'));
  try {
    for (const name of allTopics) {
      const topic = physicalTopic(dataset, name);
      for (const [partition, end] of (await bus.endOffsets(topic)).entries()) {
        for (const { value } of await bus.read({ topic, partition }, 0, Math.max(1, end))) {
          counts.add(name, value);
        }
      }
    }
  } finally {
    await bus.close();
  }
  return counts.contents;
}
