/**
 * Durable, ordered writing on a producer that is not idempotent
 * (services/runtime/bus/kafka/README.md says why). Waiting calls share requests. A partition has
 * one request in flight, so its records keep their order whatever is repeated. A repeated record
 * may be written twice; ids make that harmless.
 */
import {
  CompressionTypes,
  type Kafka,
  type Message,
  Partitioners,
  type PartitionMetadata,
  type Producer,
} from 'kafkajs';
import { PipelineError } from '../../errors.ts';
import { type OutgoingRecord, partitionName } from '../bus.ts';
import type { KafkaKnobs } from './config.ts';
import { type Patience, patiently } from './failures.ts';
import type { Topics } from './topics.ts';

export interface BatchingProducer {
  produce(records: readonly OutgoingRecord[]): Promise<void>;
  /** Waits until all accepted records are written. */
  close(): Promise<void>;
}

/** One `produce` call; it resolves when all of its records are written. */
interface Call {
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Entry {
  readonly message: Message;
  readonly bytes: number;
  readonly call: Call;
}

interface Lane {
  readonly topic: string;
  readonly partition: number;
  readonly waiting: Entry[];
  /** A request with records of this partition is in flight. */
  busy: boolean;
}

interface Share {
  readonly lane: Lane;
  readonly entries: readonly Entry[];
}

/** Upper bound on the lengths, offsets and attributes of one record in a batch. */
const recordOverheadBytes = 70;
const allReplicas = -1;

export function openProducer(
  client: Kafka,
  topics: Topics,
  settings: KafkaKnobs,
  patience: Patience,
): BatchingProducer {
  const producer = client.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const place = openPlacing(topics, settings);
  const lanes = openLanes(settings);
  let connected: Promise<void> | null = null;
  let inFlight = 0;
  let scheduled = false;
  let onIdle: (() => void) | null = null;

  const connect = () => {
    connected ??= patiently('connecting', patience, () => producer.connect()).catch(
      (error: unknown) => {
        connected = null;
        throw error;
      },
    );
    return connected;
  };

  const send = async (shares: readonly Share[]) => {
    inFlight += 1;
    try {
      const doing = `producing to ${[...new Set(shares.map(({ lane }) => lane.topic))].join(', ')}`;
      await connect();
      await patiently(doing, patience, () => sendOnce(producer, shares, settings));
      for (const { entries } of shares) for (const { call } of entries) settleOne(call);
    } catch (error) {
      for (const { entries } of shares) for (const { call } of entries) call.reject(error);
    } finally {
      inFlight -= 1;
      lanes.free(shares);
      flush();
    }
  };

  const flush = () => {
    scheduled = false;
    while (inFlight < settings.requestsInFlight) {
      const shares = lanes.take();
      if (shares.length === 0) break;
      void send(shares);
    }
    if (inFlight === 0 && lanes.isEmpty()) onIdle?.();
  };

  /** Flushes after this turn of the event loop, so that calls of one turn share a request. */
  const flushSoon = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  return {
    produce: async (records) => {
      if (records.length === 0) return;
      // Topics and sizes are checked first, so that an invalid call writes none of its records.
      const placed = await place(records);
      await new Promise<void>((resolve, reject) => {
        lanes.add(placed, { left: placed.length, resolve, reject });
        flushSoon();
      });
    },
    close: async () => {
      if (inFlight > 0 || !lanes.isEmpty()) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      }
      if (connected !== null) await producer.disconnect();
    },
  };
}

interface Lanes {
  add(records: readonly PlacedRecord[], call: Call): void;
  /** Takes the records of the next request; their lanes stay busy until they are freed. */
  take(): readonly Share[];
  free(shares: readonly Share[]): void;
  isEmpty(): boolean;
}

/** Waiting records by partition; each partition is in at most one request at a time. */
function openLanes(settings: KafkaKnobs): Lanes {
  const lanes = new Map<string, Lane>();
  /** Free lanes with waiting records, in the order in which they got them. */
  const ready = new Set<Lane>();

  const laneOf = ({ topic, partition }: PlacedRecord): Lane => {
    const name = partitionName({ topic, partition });
    const lane = lanes.get(name) ?? { topic, partition, waiting: [], busy: false };
    lanes.set(name, lane);
    return lane;
  };

  return {
    add: (records, call) => {
      for (const record of records) {
        const lane = laneOf(record);
        lane.waiting.push({ message: record.message, bytes: record.bytes, call });
        if (!lane.busy) ready.add(lane);
      }
    },
    take: () => {
      const shares = takeShares(ready, settings);
      for (const { lane } of shares) lane.busy = true;
      return shares;
    },
    free: (shares) => {
      for (const { lane } of shares) {
        lane.busy = false;
        if (lane.waiting.length > 0) ready.add(lane);
      }
    },
    isEmpty: () => ready.size === 0,
  };
}

/** Finds each record's partition, and refuses what is too large. */
function openPlacing(topics: Topics, { batchBytesMax }: KafkaKnobs) {
  const choosePartition = Partitioners.DefaultPartitioner();
  return async (records: readonly OutgoingRecord[]): Promise<PlacedRecord[]> => {
    const metadata = new Map<string, PartitionMetadata[]>();
    for (const { topic } of records) {
      if (!metadata.has(topic)) metadata.set(topic, [...(await topics.partitions(topic))]);
    }
    return records.map((record) => {
      const { topic, value } = record;
      const message = { key: Buffer.from(record.key), value: viewOf(value) };
      const partitionMetadata = metadata.get(topic) ?? [];
      const partition = choosePartition({ topic, partitionMetadata, message });
      const bytes = message.key.length + message.value.length + recordOverheadBytes;
      if (bytes > batchBytesMax) throw tooLarge(record, bytes, batchBytesMax);
      return { topic, partition, message: { ...message, partition }, bytes };
    });
  };
}

interface PlacedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly message: Message;
  readonly bytes: number;
}

/** A Buffer on the same memory, not a copy. */
function viewOf(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function settleOne(call: Call): void {
  call.left -= 1;
  if (call.left === 0) call.resolve();
}

function tooLarge({ topic, key }: OutgoingRecord, bytes: number, bytesMax: number): PipelineError {
  return new PipelineError(
    'RECORD_TOO_LARGE',
    `a record of ${bytes} bytes with key ${key} does not fit into ${topic}: at most ${bytesMax}; bodies belong into the blob store`,
    { subject: topic },
  );
}

/**
 * Takes the records of the next request: from each free partition as many as fit, until the request
 * is full.
 */
function takeShares(ready: Set<Lane>, settings: KafkaKnobs): Share[] {
  const shares: Share[] = [];
  let total = 0;
  for (const lane of ready) {
    if (total > 0 && total + (lane.waiting[0]?.bytes ?? 0) > settings.requestBytesMax) break;
    ready.delete(lane);
    let bytes = 0;
    let count = 0;
    for (const entry of lane.waiting) {
      const fits = bytes + entry.bytes <= settings.batchBytesMax;
      if (count > 0 && !(fits && total + bytes + entry.bytes <= settings.requestBytesMax)) break;
      bytes += entry.bytes;
      count += 1;
    }
    shares.push({ lane, entries: lane.waiting.splice(0, count) });
    total += bytes;
  }
  return shares;
}

async function sendOnce(
  producer: Producer,
  shares: readonly Share[],
  settings: KafkaKnobs,
): Promise<void> {
  const compression =
    settings.compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
  const byTopic = Map.groupBy(shares, ({ lane }) => lane.topic);
  const topicMessages = [...byTopic].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.flatMap(({ entries }) => entries.map(({ message }) => message)),
  }));
  await producer.sendBatch({ acks: allReplicas, compression, topicMessages });
}
