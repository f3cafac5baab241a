/**
 * The bus on Kafka: test/contract/bus.ts holds it to the same contract as the embedded one, on a
 * real broker. README.md beside this file says what kafkajs does wrong and what guards against it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../clock.ts';
import type { Bus, BusConsumer } from '../bus.ts';
import { nameOf } from './assignments.ts';
import { createClient } from './client.ts';
import { fetchCommitted } from './committed.ts';
import type { KafkaKnobs, KafkaSecrets } from './config.ts';
import { openConnections } from './connections.ts';
import { createConsumer } from './consumer.ts';
import { patiently } from './failures.ts';
import { openProducer } from './producer.ts';
import { openReader } from './reader.ts';
import { type Sockets, trackSockets } from './sockets.ts';
import { openTopicSettings, type TopicSettings } from './topic-settings.ts';
import { openTopics } from './topics.ts';

/** Far above what leaving a group and a last request take. */
const closeMsMax = 10_000;
const leaveMs = 1000;

export interface KafkaBusOptions {
  readonly settings: KafkaKnobs;
  readonly secrets: KafkaSecrets;
  /** Told when a broker is waited for, and at debug level what kafkajs says; null is silent. */
  readonly log: Logger | null;
  readonly clock?: Clock;
}

/** What people do to a broker, besides what stages need of it. */
export interface KafkaBus extends Bus {
  readonly topicSettings: TopicSettings;
}

const toldAfterMs = 3000;
const toldEveryMs = 30_000;

/** Many calls wait for one broker, and most waits are short: one line for all that lasts. */
export function tellOfWaiting(log: Pick<Logger, 'warn'>) {
  let nextMs = 0;
  return (doing: string, why: string, waitedMs: number): void => {
    const now = performance.now();
    if (waitedMs < toldAfterMs || now < nextMs) return;
    nextMs = now + toldEveryMs;
    log.warn({ doing, why, waitedMs: Math.round(waitedMs) }, 'waiting for Kafka');
  };
}

/** Connects, or fails with BROKER_UNAVAILABLE after kafka.patienceMs. */
export async function openKafkaBus(options: KafkaBusOptions): Promise<KafkaBus> {
  const { settings, secrets, log, clock = systemClock } = options;
  let closed = false;
  const patience = {
    clock,
    patienceMs: settings.patienceMs,
    brokers: settings.brokers,
    isClosed: () => closed,
    ...(log === null ? {} : { onWait: tellOfWaiting(log) }),
  };
  const sockets = trackSockets();
  const client = createClient(settings, secrets, log, sockets.factory);
  const admin = client.admin();
  await patiently('connecting', patience, () => admin.connect());
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
      // Before it joins: who closes the bus meanwhile closes it too.
      consumers.add(consumer);
      await consumer.open();
      return consumer;
    },
    read: (partition, fromOffset, limit) => reader.read(partition, fromOffset, limit),
    endOffsets: (topic) => topics.ends(topic),
    committed: async (group, at) =>
      (await fetchCommitted(admin, group, [at], patience)).get(nameOf(at)) ?? null,
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

/** A broker that does not answer, or kafkajs that does not hear it, must not keep a process. */
async function closeInTime(closing: Promise<void>, sockets: Sockets): Promise<void> {
  const timer = new AbortController();
  const late = async (ms: number) => delay(ms, 'late', { signal: timer.signal });
  try {
    if ((await Promise.race([closing, late(closeMsMax)])) !== 'late') return;
    sockets.destroy();
    // What waited fails now, and with it the closing; the rest is left behind.
    await Promise.race([closing.catch(() => {}), late(leaveMs)]);
  } finally {
    timer.abort();
    sockets.destroy();
  }
}
