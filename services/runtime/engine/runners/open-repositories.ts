/**
 * The state of a join: the parts of repositories that are not complete yet, as undecoded records.
 * It is kept per assignment, not per partition: between two assignments, a partition may have
 * belonged to another process.
 */
import { physicalTopic } from '../../../../schemas/topology.ts';
import type { IncomingRecord } from '../../bus/bus.ts';
import { forEachRecord } from '../../bus/topic-reader.ts';
import { unlessUnreadable } from '../../errors.ts';
import type { AnyJoin, Part } from '../../stage.ts';
import { patiently } from '../endings.ts';
import type { Engine } from '../engine.ts';
import type { Delivery } from '../intake.ts';
import { dropsTopic, type EndedRepositories, endedRepositories } from './ended-repositories.ts';

export interface OpenRepositories {
  /**
   * Adds a part. Returns all parts in order if this was the last missing one. A part of a higher
   * attempt opens a dropped repository again, with its earlier parts.
   */
  add(
    delivery: Delivery,
    part: Part,
    attempt: number,
  ): Promise<'ended' | 'waiting' | readonly IncomingRecord[]>;
  /**
   * Called when the repository's ending is durable: completes all of its parts; later parts count
   * as leftovers.
   */
  end(delivery: Delivery): Promise<void>;
  /** Ends the repositories that another stage has ended since the last call. */
  follow(): Promise<void>;
  /** Forgets the parts of assignments that were revoked. */
  keepOnly(current: ReadonlySet<Delivery['watermark']>): void;
}

interface HeldPart {
  readonly record: IncomingRecord;
  readonly failed: boolean;
  readonly attempt: number;
}

interface OpenRepository {
  readonly parts: Map<number, HeldPart>;
  readonly deliveries: Delivery[];
  /** True if `parts` also holds the earlier, already acknowledged parts. */
  gathered: boolean;
}

/** The parts held of one partition, from its assignment to its revocation. */
interface OpenPartition {
  readonly open: Map<string, OpenRepository>;
  readonly ended: Promise<EndedRepositories>;
}

export function openRepositories(
  stage: AnyJoin,
  engine: Engine,
  complete: (delivery: Delivery) => void,
): OpenRepositories {
  const partitions = new Map<Delivery['watermark'], OpenPartition>();

  const partitionOf = ({ watermark, record }: Delivery): OpenPartition => {
    let partition = partitions.get(watermark);
    if (partition === undefined) {
      const read = () => endedRepositories(engine, stage, record.partition);
      partition = { open: new Map(), ended: patiently({ engine, stage: stage.name }, read) };
      partitions.set(watermark, partition);
    }
    return partition;
  };

  const close = (open: OpenPartition['open'], ended: EndedRepositories, key: string) => {
    ended.add(key);
    for (const held of open.get(key)?.deliveries ?? []) complete(held);
    open.delete(key);
  };

  /** Reads all parts of the repository before this record in its partition. */
  const gather = async ({ key, partition, offset }: IncomingRecord, into: OpenRepository) => {
    into.gathered = true;
    const topic = physicalTopic(engine.run.dataset, stage.reads);
    const visit = async (record: IncomingRecord) => {
      if (record.key !== key || record.offset >= offset) return;
      const before = await unlessUnreadable(() => engine.codec.decode(stage.reads, record.value));
      // An unreadable record was buried when it was first delivered.
      if (before === null) return;
      const place = { topic: stage.reads, partition, offset: record.offset };
      const { ordinal, failed } = stage.part({ ...place, ...before });
      into.parts.set(ordinal, { record, failed, attempt: before.envelope.attempt });
    };
    await patiently({ engine, stage: stage.name }, () =>
      forEachRecord(engine.bus, topic, visit, { partition }),
    );
  };

  return {
    add: async (delivery, { ordinal, of, failed }, attempt) => {
      const { record } = delivery;
      const partition = partitionOf(delivery);
      const { open } = partition;
      const ended = await partition.ended;
      if (ended.has(record.key)) {
        if (attempt === 0 || (await ended.isWritten(record.key))) return 'ended';
        ended.reopen(record.key);
      }
      const repository: OpenRepository = open.get(record.key) ?? {
        parts: new Map(),
        deliveries: [],
        gathered: false,
      };
      open.set(record.key, repository);
      if (attempt > 0 && !repository.gathered) await gather(record, repository);
      repository.parts.set(ordinal, { record, failed, attempt });
      repository.deliveries.push(delivery);
      if (repository.parts.size < of || isAwaited(repository)) return 'waiting';
      return [...repository.parts].sort(([a], [b]) => a - b).map(([, part]) => part.record);
    },
    end: async (delivery) => {
      const { open, ended } = partitionOf(delivery);
      const { key } = delivery.record;
      const isHeld = open.get(key)?.deliveries.includes(delivery) ?? false;
      if (!isHeld) complete(delivery);
      close(open, await ended, key);
    },
    follow: async () => {
      const waiting = [...partitions.values()].filter(({ open }) => open.size > 0);
      if (waiting.length === 0) return;
      const ends = await engine.bus.endOffsets(dropsTopic(engine));
      for (const { open, ended } of waiting) {
        for (const key of await (await ended).follow(ends)) close(open, await ended, key);
      }
    },
    keepOnly: (current) => {
      for (const watermark of partitions.keys()) {
        if (!current.has(watermark)) partitions.delete(watermark);
      }
    },
  };
}

/** Whether the latest attempt is still retrying a part that failed in an earlier one. */
function isAwaited({ parts }: OpenRepository): boolean {
  const latest = Math.max(...[...parts.values()].map(({ attempt }) => attempt));
  return [...parts.values()].some(({ failed, attempt }) => failed && attempt < latest);
}
