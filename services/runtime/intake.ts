/**
 * The receiving side of a stage: takes deliveries and returns at once, pauses when its window is
 * full, tracks what is done per partition and commits the contiguous watermark with what is done
 * above it. Work of a revoked partition is forgotten; its late completions change nothing.
 */
import {
  consumerGroup,
  physicalTopic,
  type StageName,
  type TopicName,
} from '../../schemas/topology.ts';
import type { BusConsumer, IncomingRecord, TopicPartition } from './bus.ts';
import type { Engine } from './engine.ts';
import { decodeDone, Watermark } from './watermark.ts';

/** A delivered record and the assignment it belongs to. */
export interface Delivery {
  readonly record: IncomingRecord;
  readonly watermark: Watermark;
}

export interface IntakeOptions {
  readonly stage: StageName;
  readonly topics: readonly TopicName[];
  /**
   * Records delivered and not complete, at most; Infinity for a join, which is bounded by open
   * repositories.
   */
  readonly windowMax: number;
  readonly take: (delivery: Delivery) => void;
  readonly onRevoked?: () => void;
}

export interface Intake {
  complete(delivery: Delivery): void;
  /** Commits what is complete and stops deliveries. */
  close(): Promise<void>;
}

/** Commits are grouped: at most one in this interval while records complete. */
const commitIntervalMs = 100;
const batchMax = 256;

export async function openIntake(engine: Engine, options: IntakeOptions): Promise<Intake> {
  const watermarks = new Map<string, { at: TopicPartition; watermark: Watermark }>();
  const nameOf = (at: TopicPartition) => `${at.topic}/${at.partition}`;
  let outstanding = 0;
  let paused = false;
  let dirty = false;
  let committing: Promise<void> | null = null;
  let closed = false;
  let consumer: BusConsumer | null = null;

  const partitions = () => [...watermarks.values()].map((entry) => entry.at);

  const commit = async () => {
    if (!dirty || consumer === null) return;
    dirty = false;
    const commits = [...watermarks.values()].map(({ at, watermark }) => ({
      topic: at.topic,
      partition: at.partition,
      offset: watermark.next,
      metadata: watermark.metadata(),
    }));
    await consumer.commit(commits);
  };

  const commitSoon = () => {
    dirty = true;
    if (committing !== null || closed) return;
    committing = engine.clock
      .sleep(commitIntervalMs)
      .then(commit)
      .catch((error: unknown) => engine.fail(error))
      .finally(() => {
        committing = null;
        if (dirty) commitSoon();
      });
  };

  const onRecords = (records: readonly IncomingRecord[]) => {
    for (const record of records) {
      const watermark = watermarks.get(nameOf(record))?.watermark;
      if (watermark === undefined || watermark.isDone(record.offset)) continue;
      outstanding += 1;
      options.take({ record, watermark });
    }
    if (!paused && outstanding >= options.windowMax) {
      paused = true;
      consumer?.pause(partitions());
    }
  };

  consumer = await engine.bus.consume({
    group: consumerGroup(engine.run.dataset, options.stage),
    topics: options.topics.map((topic) => physicalTopic(engine.run.dataset, topic)),
    startOffset: (at, committed) => {
      const next = committed?.offset ?? 0;
      const done = decodeDone(next, committed?.metadata ?? '');
      watermarks.set(nameOf(at), { at, watermark: new Watermark(next, done) });
      return next;
    },
    onRecords,
    onRevoked: (revoked) => {
      for (const at of revoked) watermarks.delete(nameOf(at));
      outstanding = 0;
      paused = false;
      options.onRevoked?.();
    },
    onFailure: engine.fail,
    batchMax,
  });

  return {
    complete: ({ record, watermark }) => {
      if (watermarks.get(nameOf(record))?.watermark !== watermark) return;
      watermark.complete(record.offset);
      outstanding -= 1;
      commitSoon();
      if (paused && outstanding <= options.windowMax / 2) {
        paused = false;
        consumer?.resume(partitions());
      }
    },
    close: async () => {
      closed = true;
      await committing;
      await commit();
      await consumer?.close();
    },
  };
}
