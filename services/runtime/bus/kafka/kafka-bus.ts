/**
 * The bus on Kafka: test/contract/bus.ts holds it to the same contract as the embedded one, on a
 * real broker. README.md beside this file lists the faults of kafkajs and the guard against each.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../clock.ts';
import type { Bus, BusConsumer } from '../bus.ts';
import { partitionName } from '../bus.ts';
import { createClient } from './client.ts';
import { fetchCommitted } from './committed.ts';
import type { KafkaKnobs, KafkaSecrets } from './config.ts';
import { openConnections } from './connections.ts';
import { createConsumer } from './consumer.ts';
import { type Patience, patiently } from './failures.ts';
import { openProducer } from './producer.ts';
import { openReader } from './reader.ts';
import { type Sockets, trackSockets } from './sockets.ts';
import { openTopicSettings, type TopicSettings } from './topic-settings.ts';
import { openTopics } from './topics.ts';

/** Far longer than leaving a group and one last request take. */
const closeMsMax = 10_000;
const leaveMs = 1000;

export interface KafkaBusOptions {
  readonly settings: KafkaKnobs;
  readonly secrets: KafkaSecrets;
  /**
   * Receives a warning while a broker is waited for, and kafkajs's own messages at debug level;
   * null is silent.
   */
  readonly log: Logger | null;
  readonly clock?: Clock;
  /** Aborting ends the wait for the first connection. */
  readonly signal?: AbortSignal;
}

/** The bus with the topic settings, which people change and stages do not need. */
export interface KafkaBus extends Bus {
  readonly topicSettings: TopicSettings;
}

const toldAfterMs = 3000;
const toldEveryMs = 30_000;

/**
 * Logs waits for a broker. Many calls wait for one broker and most waits are short, so only waits
 * above 3 s are logged, and at most one line every 30 s; then also that Kafka is back.
 */
export function tellOfWaiting(log: Pick<Logger, 'warn'>): Pick<Patience, 'onWait' | 'onBack'> {
  let nextMs = 0;
  let told = false;
  return {
    onWait: (doing, why, waitedMs) => {
      const now = performance.now();
      if (waitedMs < toldAfterMs || now < nextMs) return;
      nextMs = now + toldEveryMs;
      told = true;
      log.warn({ doing, why, waitedMs: Math.round(waitedMs) }, 'waiting for Kafka');
    },
    onBack: (doing, waitedMs) => {
      if (!told) return;
      told = false;
      nextMs = 0;
      log.warn({ doing, waitedMs: Math.round(waitedMs) }, 'Kafka answers again');
    },
  };
}

/** Connects, or fails with BROKER_UNAVAILABLE after kafka.patienceMs. */
export async function openKafkaBus(options: KafkaBusOptions): Promise<KafkaBus> {
  const { settings, secrets, log, clock = systemClock, signal } = options;
  let closed = false;
  let opening = true;
  const patience = {
    clock,
    patienceMs: settings.patienceMs,
    brokers: settings.brokers,
    isClosed: () => closed || (opening && signal?.aborted === true),
    ...(log === null ? {} : tellOfWaiting(log)),
  };
  const sockets = trackSockets();
  const client = createClient(settings, secrets, log, sockets.factory);
  const admin = client.admin();
  await patiently('connecting', patience, () => admin.connect());
  opening = false;
  const topics = openTopics(admin, patience, settings.replicationFactor);
  const connections = openConnections(client);
  const reader = openReader(connections, topics, patience, settings.fetchBytesMax);
  const producer = openProducer(client, topics, settings, patience);
  const context = { client, admin, connections, topics, settings, patience };
  const consumers = new Set<BusConsumer>();

  return {
    topicSettings: openTopicSettings(admin, patience),
    createTopics: (wanted) => topics.create(wanted),
    produce: (records) => producer.produce(records),
    consume: async (options) => {
      const consumer = await createConsumer(context, options);
      // Added before it joins, so that closing the bus meanwhile also closes this consumer.
      consumers.add(consumer);
      await consumer.open();
      return consumer;
    },
    read: (partition, fromOffset, limit) => reader.read(partition, fromOffset, limit),
    endOffsets: async (topic) => (await topics.ranges(topic)).map(({ end }) => end),
    startOffsets: async (topic) => (await topics.ranges(topic)).map(({ start }) => start),
    committed: async (group, at) =>
      (await fetchCommitted(admin, group, [at], patience)).get(partitionName(at)) ?? null,
    committedOf: async (group, topic) => {
      const all = (await topics.partitions(topic)).map((_, partition) => ({ topic, partition }));
      const found = await fetchCommitted(admin, group, all, patience);
      return all.map((at) => found.get(partitionName(at)) ?? null);
    },
    close: async () => {
      closed = true;
      const closing = async () => {
        await Promise.all([...consumers].map((consumer) => consumer.close()));
        await producer.close();
        await connections.close();
        await admin.disconnect();
      };
      await closeInTime(closing(), sockets);
    },
  };
}

/**
 * A broker that does not answer, or an answer that kafkajs misses, must not keep a process alive.
 */
async function closeInTime(closing: Promise<void>, sockets: Sockets): Promise<void> {
  const timer = new AbortController();
  const late = async (ms: number) => delay(ms, 'late', { signal: timer.signal });
  try {
    if ((await Promise.race([closing, late(closeMsMax)])) !== 'late') return;
    sockets.destroy();
    // Requests that still waited fail now, so closing ends; after `leaveMs` the rest is abandoned.
    await Promise.race([closing.catch(() => {}), late(leaveMs)]);
  } finally {
    timer.abort();
    sockets.destroy();
  }
}
