/**
 * The state of a join: the parts of repositories that are not complete yet, as undecoded records.
 * It is kept per assignment, not per partition: a partition that goes and comes back belonged to
 * another process meanwhile.
 */
import type { IncomingRecord } from '../../bus/bus.ts';
import type { AnyJoin } from '../../stage.ts';
import { patiently } from '../endings.ts';
import type { Engine } from '../engine.ts';
import type { Delivery } from '../intake.ts';
import { dropsTopic, type EndedRepositories, endedRepositories } from './ended-repositories.ts';

export interface OpenRepositories {
  /** Adds a part. Returns all parts in their order when this was the last missing one. */
  add(delivery: Delivery, part: Part): Promise<'ended' | 'waiting' | readonly IncomingRecord[]>;
  /**
   * Called when the repository's ending is durable: completes all of its parts, and later ones
   * count as leftovers.
   */
  end(delivery: Delivery): Promise<void>;
  /** Ends the repositories that another stage has ended since the last call. */
  follow(): Promise<void>;
  /** Forgets the parts of assignments that are gone. */
  keepOnly(current: ReadonlySet<Delivery['watermark']>): void;
}

interface Part {
  readonly ordinal: number;
  readonly of: number;
}

interface OpenRepository {
  readonly parts: Map<number, IncomingRecord>;
  readonly deliveries: Delivery[];
}

/** Parts held of one partition, from its assignment to its revocation. */
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

  return {
    add: async (delivery, { ordinal, of }) => {
      const { record } = delivery;
      const { open, ended } = partitionOf(delivery);
      if ((await ended).has(record.key)) return 'ended';
      const repository: OpenRepository = open.get(record.key) ?? {
        parts: new Map(),
        deliveries: [],
      };
      open.set(record.key, repository);
      repository.parts.set(ordinal, record);
      repository.deliveries.push(delivery);
      if (repository.parts.size < of) return 'waiting';
      return [...repository.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
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
