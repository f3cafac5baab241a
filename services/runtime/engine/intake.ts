/**
 * The receiving side of a stage: takes deliveries and returns at once, pauses when its window is
 * full, tracks completed records per partition, and commits the contiguous watermark together with
 * the records done above it. Work on a revoked partition is forgotten; its late completions change
 * nothing.
 */
import {
  consumerGroup,
  physicalTopic,
  type StageName,
  type TopicName,
} from '../../../schemas/topology.ts';
import {
  type BusConsumer,
  type Commit,
  type IncomingRecord,
  partitionName,
  type TopicPartition,
} from '../bus/bus.ts';
import { decodeDone, Watermark } from '../bus/watermark.ts';
import type { Engine } from './engine.ts';

/**
 * A delivered record and the watermark of its assignment: a partition that comes back has a new
 * one.
 */
export interface Delivery {
  readonly record: IncomingRecord;
  readonly watermark: Watermark;
}

export interface IntakeOptions {
  readonly stage: StageName;
  readonly topics: readonly TopicName[];
  /**
   * Most records delivered and not complete; Infinity for a join, which is bounded by open
   * repositories.
   */
  readonly windowMax: number;
  readonly take: (delivery: Delivery) => void;
  /** Called with the watermarks that remain: deliveries with any other are no longer ours. */
  readonly onRevoked?: (current: ReadonlySet<Watermark>) => void;
}

export interface Intake {
  complete(delivery: Delivery): void;
  /**
   * False when the delivery's partition was revoked since: another process may have the record now.
   */
  isCurrent(delivery: Delivery): boolean;
  /** Partitions that this process holds. */
  assigned(): number;
  /** Stops deliveries, after committing all completed records. */
  close(): Promise<void>;
}

interface Assignment {
  readonly at: TopicPartition;
  readonly watermark: Watermark;
  /** Number of records delivered and not complete. */
  outstanding: number;
}

/** While records complete, commits happen at most once in this interval. */
const commitIntervalMs = 100;
const batchMax = 256;

export async function openIntake(engine: Engine, options: IntakeOptions): Promise<Intake> {
  const assignments = new Map<string, Assignment>();
  let paused = false;
  let consumer: BusConsumer | null = null;

  const partitions = () => [...assignments.values()].map((assignment) => assignment.at);
  const outstanding = () => {
    let total = 0;
    for (const assignment of assignments.values()) total += assignment.outstanding;
    return total;
  };
  const currentOf = ({ record, watermark }: Delivery) => {
    const assignment = assignments.get(partitionName(record));
    return assignment?.watermark === watermark ? assignment : null;
  };
  const commits = groupCommits(engine, async () => {
    if (consumer === null) return false;
    await consumer.commit([...assignments.values()].map(commitOf));
    return true;
  });

  const onRecords = (records: readonly IncomingRecord[]) => {
    for (const record of records) {
      const assignment = assignments.get(partitionName(record));
      if (assignment === undefined || assignment.watermark.isDone(record.offset)) continue;
      assignment.outstanding += 1;
      options.take({ record, watermark: assignment.watermark });
    }
    if (outstanding() >= options.windowMax) {
      paused = true;
      consumer?.pause(partitions());
    }
  };

  const resumeIfRoom = () => {
    if (!paused || outstanding() > options.windowMax / 2) return;
    paused = false;
    consumer?.resume(partitions());
  };

  consumer = await engine.bus.consume({
    group: consumerGroup(engine.run.dataset, options.stage),
    topics: options.topics.map((topic) => physicalTopic(engine.run.dataset, topic)),
    startOffset: (at, committed) => {
      const next = committed?.offset ?? 0;
      const done = decodeDone(next, committed?.metadata ?? '');
      assignments.set(partitionName(at), {
        at,
        watermark: new Watermark(next, done),
        outstanding: 0,
      });
      return next;
    },
    onRecords,
    onRevoked: (revoked) => {
      for (const at of revoked) assignments.delete(partitionName(at));
      options.onRevoked?.(new Set([...assignments.values()].map(({ watermark }) => watermark)));
      resumeIfRoom();
    },
    onFailure: engine.fail,
    batchMax,
  });

  return {
    complete: (delivery) => {
      const assignment = currentOf(delivery);
      if (assignment === null) return;
      assignment.watermark.complete(delivery.record.offset);
      assignment.outstanding -= 1;
      commits.soon();
      resumeIfRoom();
    },
    isCurrent: (delivery) => currentOf(delivery) !== null,
    assigned: () => assignments.size,
    close: async () => {
      await commits.close();
      await consumer?.close();
    },
  };
}

function commitOf({ at, watermark }: Assignment): Commit {
  const { topic, partition } = at;
  return { topic, partition, offset: watermark.next, metadata: watermark.metadata() };
}

interface GroupedCommits {
  /** Schedules a commit: a completed record is not committed yet. */
  soon(): void;
  /** Commits the rest immediately. */
  close(): Promise<void>;
}

/** Commits at most once per interval, and only after a change. */
function groupCommits(engine: Engine, commit: () => Promise<boolean>): GroupedCommits {
  let dirty = false;
  let committing: Promise<void> | null = null;
  let closed = false;

  const commitNow = async () => {
    if (!dirty) return;
    dirty = false;
    // The consumer does not exist yet, so nothing was committed.
    if (!(await commit())) dirty = true;
  };
  const soon = () => {
    dirty = true;
    if (committing !== null || closed) return;
    committing = engine.clock
      .sleep(commitIntervalMs)
      .then(commitNow)
      .catch((error: unknown) => engine.fail(error))
      .finally(() => {
        committing = null;
        if (dirty) soon();
      });
  };
  return {
    soon,
    close: async () => {
      closed = true;
      await committing;
      await commitNow();
    },
  };
}
