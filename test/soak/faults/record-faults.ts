/** Records that should not be there: strangers put them into topics while the data set is made. */
import { CompressionTypes, type Kafka, Partitioners } from 'kafkajs';
import { topicSchema } from '../../../schemas/avro.ts';
import {
  deadLetterTopic,
  graph,
  physicalTopic,
  stageNames,
  type TopicName,
} from '../../../schemas/topology.ts';
import { type Fault, type Field, strikeOnce, underWay } from './fault.ts';
import { connectKafka } from './topic-contents.ts';

const stranger = 'a stranger';

/** Every topic that a stage reads. */
const readTopics = [...new Set(stageNames.flatMap((stage) => graph[stage].reads))];

interface Message {
  readonly key: string | null;
  readonly value: Buffer | null;
}

const fromStranger = (value: Buffer): Message => ({ key: stranger, value });

async function send(kafka: Kafka, dataset: string, topic: TopicName, messages: Message[]) {
  if (messages.length === 0) return;
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    const name = physicalTopic(dataset, topic);
    await producer.send({ topic: name, compression: CompressionTypes.GZIP, messages });
  } finally {
    await producer.disconnect();
  }
}

/**
 * Puts records into every topic that is read; each must end as one dead letter of its topic. At the
 * beginning: a stage that has finished a closed input is gone, and nobody would look at them.
 */
async function sendStrangers(field: Field, values: (topic: TopicName) => Promise<Message[]>) {
  const { servers, dataset, report } = field;
  const kafka = connectKafka(servers.cluster.address('kafka'));
  await strikeOnce(field, stageNames, async () => {
    for (const topic of readTopics) {
      const messages = await values(topic);
      await send(kafka, dataset, topic, messages);
      report.tried += messages.length;
      report.strange[topic] = messages.length;
      report.strange[deadLetterTopic(topic)] = messages.length;
    }
  });
  report.tried -= 1;
}

/** A frame as the registry's clients make it. */
function framed(schemaId: number, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(schemaId, 1);
  return Buffer.concat([header, body]);
}

async function register(field: Field, subject: string, schema: unknown): Promise<number> {
  const url = field.servers.cluster.address('registry');
  const response = await fetch(`${url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  if (!response.ok) throw new Error(`registering gave ${response.status}`);
  return ((await response.json()) as { id: number }).id;
}

/** Bytes of no schema, a cut frame, a schema id that nobody has, no key, no value. */
const unreadable: Fault = {
  name: 'records: poison and unknown schemas',
  quick: false,
  strike: (field) => {
    const random = Buffer.from(Array.from({ length: 64 }, () => field.random.below(256)));
    return sendStrangers(field, async () => [
      fromStranger(Buffer.concat([Buffer.from([1]), random])),
      fromStranger(Buffer.from([0, 0, 0])),
      fromStranger(framed(2_000_000_000, random)),
      { key: null, value: Buffer.concat([Buffer.from([2]), random]) },
      { key: stranger, value: null },
    ]);
  },
};

/** Well-formed records of another schema, and bytes that its own schema cannot read. */
const incompatible: Fault = {
  name: 'records: incompatible schemas',
  quick: false,
  strike: async (field) => {
    const other = { type: 'record', name: 'Other', fields: [{ name: 'x', type: 'int' }] };
    const id = await register(field, `${field.dataset}-other`, other);
    return sendStrangers(field, async (topic) => {
      const own = await register(field, `${field.dataset}-own-${topic}`, topicSchema(topic));
      return [framed(id, Buffer.from([2])), framed(own, Buffer.from([0x7f, 0xff, 0xff]))].map(
        fromStranger,
      );
    });
  },
};

/** Just below what the broker takes: larger ones never come into a topic. */
const oversizedBytes = 1_000_000;

const oversized: Fault = {
  name: 'records: oversized',
  quick: false,
  strike: (field) =>
    sendStrangers(field, async () => {
      const bare = Buffer.alloc(oversizedBytes, 'a');
      // Other bytes: the checker tells records apart without their frames.
      const inFrame = framed(1, Buffer.alloc(oversizedBytes, 'b'));
      return [bare, inFrame].map(fromStranger);
    }),
};

/**
 * Everything that is in a topic by now is put into it again, as a producer does whose answers were
 * lost: first all again in order, then backwards.
 */
const repeated: Fault = {
  name: 'records: delivered again and out of order',
  quick: false,
  // The source is still at work, and with it every stage.
  sets: ['runtime.openRepositoriesMax=4'],
  strike: async (field) => {
    const { servers, dataset, report } = field;
    const kafka = connectKafka(servers.cluster.address('kafka'));
    await underWay(field, 3);
    await strikeOnce(field, stageNames, async () => {
      for (const topic of readTopics.filter((name) => name !== 'input-closed')) {
        const messages = await readAll(kafka, physicalTopic(dataset, topic));
        await send(kafka, dataset, topic, messages);
        await send(kafka, dataset, topic, messages.toReversed());
        report.tried += messages.length * 2;
      }
    });
    report.tried -= 1;
  },
};

/** What is in a topic now. */
async function readAll(kafka: Kafka, topic: string): Promise<Message[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  let missing = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const groupId = `${topic}-repeater`;
  const consumer = kafka.consumer({ groupId });
  const messages: Message[] = [];
  try {
    if (missing === 0) return messages;
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const begun = consumer.run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
          const { key, value } = message;
          messages.push({ key: String(key), value });
          missing -= 1;
          if (missing === 0) resolve();
        },
      });
      begun.catch(reject);
    });
    return messages;
  } finally {
    await consumer.disconnect();
    await admin.disconnect();
  }
}

export const recordFaults: readonly Fault[] = [unreadable, incompatible, oversized, repeated];
