/** Watches a cluster from outside, by offsets alone: how far stages are, when they move again. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import '../../../services/runtime/bus/kafka/guard.ts';
import {
  consumerGroup,
  graph,
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
} from '../../../schemas/topology.ts';

const pollMs = 250;
const readers = stageNames.filter((stage) => graph[stage].reads.length > 0);

/** Sums over the partitions of what a stage reads. */
interface Position {
  readonly committed: number;
  readonly lag: number;
}

export type Positions = ReadonlyMap<StageName, Position>;

export class Monitor {
  readonly #admin: Admin;
  readonly #dataset: string;

  constructor(brokers: string, dataset: string) {
    this.#dataset = dataset;
    this.#admin = new Kafka({
      brokers: [brokers],
      clientId: 'fault-monitor',
      logLevel: logLevel.NOTHING,
      requestTimeout: 2000,
      connectionTimeout: 1000,
      retry: { retries: 0 },
    }).admin();
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }

  async recordsIn(topic: TopicName): Promise<number> {
    const ends = await this.#admin.fetchTopicOffsets(physicalTopic(this.#dataset, topic));
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  }

  /** Waits for so many records; gives up, false, when the run ends first. */
  async reaches(topic: TopicName, records: number, over: AbortSignal): Promise<boolean> {
    while (!over.aborted) {
      const there = await this.#answer(() => this.recordsIn(topic));
      if (there !== null && there >= records) return true;
      await delay(pollMs);
    }
    return false;
  }

  /** Null when the broker does not answer. */
  positions(): Promise<Positions | null> {
    return this.#answer(async () => {
      const each = readers.map(async (stage) => [stage, await this.#position(stage)] as const);
      return new Map(await Promise.all(each));
    });
  }

  /** Milliseconds from now until each of the stages has gone on or has nothing left to do. */
  async recovery(before: Positions, affected: readonly StageName[], over: AbortSignal) {
    const started = performance.now();
    const waiting = new Set(affected.filter((stage) => before.has(stage)));
    while (waiting.size > 0 && !over.aborted) {
      const now = await this.positions();
      for (const stage of waiting) {
        const { committed = 0, lag = 1 } = now?.get(stage) ?? {};
        if (lag === 0 || committed > (before.get(stage)?.committed ?? 0)) waiting.delete(stage);
      }
      if (waiting.size > 0) await delay(pollMs);
    }
    return performance.now() - started;
  }

  async #position(stage: StageName): Promise<Position> {
    const topics = graph[stage].reads.map((topic) => physicalTopic(this.#dataset, topic));
    const groupId = consumerGroup(this.#dataset, stage);
    let committed = 0;
    for (const { partitions } of await this.#admin.fetchOffsets({ groupId, topics })) {
      for (const { offset } of partitions) committed += Math.max(0, Number(offset));
    }
    let ends = 0;
    for (const topic of topics) {
      for (const { high } of await this.#admin.fetchTopicOffsets(topic)) ends += Number(high);
    }
    return { committed, lag: ends - committed };
  }

  async #answer<Result>(ask: () => Promise<Result>): Promise<Result | null> {
    try {
      // Idempotent; a broker that was away needs it again.
      await this.#admin.connect();
      return await ask();
    } catch {
      return null;
    }
  }
}
