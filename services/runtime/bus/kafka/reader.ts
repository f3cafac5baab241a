/** Reads partitions without a group: fetches by offset, straight from the partition's leader. */
import type { Cluster } from 'kafkajs';
import type { IncomingRecord, TopicPartition } from '../bus.ts';
import type { Connections } from './connections.ts';
import { originOf, type Patience, patiently } from './failures.ts';
import type { Topics } from './topics.ts';

export interface Reader {
  read(
    partition: TopicPartition,
    fromOffset: number,
    limit: number,
  ): Promise<readonly IncomingRecord[]>;
}

interface Fetched {
  readonly records: readonly IncomingRecord[];
  /** Offset of the next fetch. */
  readonly next: number;
  readonly atEnd: boolean;
}

/** Records fetched beyond the caller's limit, kept because the next call usually begins there. */
interface Rest {
  readonly at: TopicPartition;
  readonly records: readonly IncomingRecord[];
}

/** Kafka's isolation level "read committed", which consumers use too. */
const readCommitted = 1;

export function openReader(
  connections: Connections,
  topics: Topics,
  patience: Patience,
  fetchBytesMax: number,
): Reader {
  let rest: Rest | null = null;

  const fetch = (at: TopicPartition, offset: number): Promise<Fetched> =>
    connections.use((cluster) => fetchOnce(cluster, at, offset, fetchBytesMax));

  /**
   * An offset that was deleted yields the records that follow it; one past the end yields nothing.
   */
  const fetchExisting = async (at: TopicPartition, offset: number): Promise<Fetched> => {
    const doing = `reading ${at.topic}/${at.partition}`;
    try {
      return await patiently(doing, patience, () => fetch(at, offset));
    } catch (error) {
      if (originOf(error).type !== 'OFFSET_OUT_OF_RANGE') throw error;
      const start = (await topics.ranges(at.topic))[at.partition]?.start ?? 0;
      if (offset >= start) return { records: [], next: offset, atEnd: true };
      return patiently(doing, patience, () => fetch(at, start));
    }
  };

  const takeRest = (at: TopicPartition, offset: number): readonly IncomingRecord[] => {
    if (rest?.at.topic !== at.topic || rest.at.partition !== at.partition) return [];
    const from = rest.records.findIndex((record) => record.offset === offset);
    const records = from < 0 ? [] : rest.records.slice(from);
    rest = null;
    return records;
  };

  return {
    read: async (at, fromOffset, limit) => {
      const count = (await topics.partitions(at.topic)).length;
      if (at.partition >= count || limit <= 0) return [];
      const found = [...takeRest(at, fromOffset)];
      let next = (found.at(-1)?.offset ?? fromOffset - 1) + 1;
      while (found.length < limit) {
        const fetched = await fetchExisting(at, next);
        found.push(...fetched.records);
        next = fetched.next;
        if (fetched.atEnd) break;
      }
      if (found.length > limit) rest = { at, records: found.slice(limit) };
      return found.slice(0, limit);
    },
  };
}

async function fetchOnce(
  cluster: Cluster,
  at: TopicPartition,
  offset: number,
  fetchBytesMax: number,
): Promise<Fetched> {
  await cluster.addMultipleTargetTopics([at.topic]);
  await cluster.refreshMetadataIfNecessary();
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(at.topic, [at.partition]));
  if (nodeId === undefined) throw new Error(`${at.topic}/${at.partition} has no leader now`);
  const broker = await cluster.findBroker({ nodeId });
  const request = { partition: at.partition, fetchOffset: String(offset), maxBytes: fetchBytesMax };
  const response: FetchResponse = await broker.fetch({
    isolationLevel: readCommitted,
    maxWaitTime: 0,
    maxBytes: fetchBytesMax,
    topics: [{ topic: at.topic, partitions: [request] }],
  });
  const data = response.responses[0]?.partitions[0];
  if (data === undefined) return { records: [], next: offset, atEnd: true };
  // A batch is delivered whole, so it may begin before the requested offset.
  const messages = data.messages.filter((message) => Number(message.offset) >= offset);
  const next = Number(messages.at(-1)?.offset ?? offset - 1) + 1;
  const records = messages
    .filter((message) => message.isControlRecord !== true)
    .map((message) => incomingRecord(at.topic, at.partition, message));
  return { records, next, atEnd: messages.length === 0 || next >= Number(data.highWatermark) };
}

interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key?: Buffer | null;
  readonly value: Buffer | null;
  /** True for a transaction marker, which is not a record of ours. */
  readonly isControlRecord?: boolean;
}

/** The part of a fetch response that is used here; kafkajs does not type it. */
interface FetchResponse {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly highWatermark: string;
      readonly messages: readonly FetchedMessage[];
    }[];
  }[];
}

const nothing = Buffer.alloc(0);

export function incomingRecord(
  topic: string,
  partition: number,
  message: FetchedMessage,
): IncomingRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: (message.key ?? nothing).toString(),
    value: message.value ?? nothing,
    timeMs: Number(message.timestamp),
  };
}
