/**
 * The receiving side of a writer: a bounded queue of records, which starts where the writer's own
 * durable state ends. The consumer group's offsets only follow that state, so that lag can be
 * measured.
 */
import { consumerGroup, graph, physicalTopic } from '../../../../schemas/topology.ts';
import {
  type BusConsumer,
  type IncomingRecord,
  partitionName,
  type TopicPartition,
} from '../../bus/bus.ts';
import type { AnyWriter, Writer } from '../../stage.ts';
import { type Engine, logicalTopic } from '../engine.ts';

export interface WriterIntake {
  /** Starts deliveries. */
  open(): Promise<void>;
  readonly waiting: number;
  /** Removes and returns the oldest record of the queue. */
  shift(): IncomingRecord | undefined;
  /** Resumes deliveries if they were paused because the queue was full. */
  resume(): void;
  /** Commits the offsets at which the writer would resume. */
  commit(): Promise<void>;
  /** Returns the number of partitions that this process holds. */
  assigned(): number;
  close(): Promise<void>;
}

/** Above this number of queued records, deliveries pause. */
const queueMax = 1000;
const batchMax = 100;

export function createWriterIntake(
  stage: AnyWriter,
  engine: Engine,
  writer: Writer,
  onRecords: () => void,
): WriterIntake {
  const { dataset } = engine.run;
  const assigned = new Map<string, TopicPartition>();
  const queue: IncomingRecord[] = [];
  let paused = false;
  let consumer: BusConsumer | null = null;
  const resumeOffset = ({ topic, partition }: TopicPartition) =>
    writer.resumeOffset(logicalTopic(engine, topic), partition);

  const options = {
    group: consumerGroup(dataset, stage.name),
    topics: graph[stage.name].reads.map((topic) => physicalTopic(dataset, topic)),
    startOffset: (at: TopicPartition) => {
      assigned.set(partitionName(at), at);
      return resumeOffset(at);
    },
    onRecords: (records: readonly IncomingRecord[]) => {
      queue.push(...records);
      if (!paused && queue.length > queueMax) {
        paused = true;
        consumer?.pause([...assigned.values()]);
      }
      onRecords();
    },
    onRevoked: (revoked: readonly TopicPartition[]) => {
      const lost = new Set(revoked.map(partitionName));
      for (const name of lost) assigned.delete(name);
      // Queued records of other partitions stay, because they would not be delivered again.
      const kept = queue.filter((record) => !lost.has(partitionName(record)));
      queue.splice(0, queue.length, ...kept);
    },
    onFailure: engine.fail,
    batchMax,
  };
  return {
    open: async () => {
      consumer = await engine.bus.consume(options);
    },
    get waiting() {
      return queue.length;
    },
    shift: () => queue.shift(),
    resume: () => {
      if (!paused) return;
      paused = false;
      consumer?.resume([...assigned.values()]);
    },
    commit: async () => {
      const partitions = [...assigned.values()];
      await consumer?.commit(
        partitions.map((at) => ({ ...at, offset: resumeOffset(at), metadata: '' })),
      );
    },
    assigned: () => assigned.size,
    close: async () => consumer?.close(),
  };
}
