/**
 * Tells which records are already buried as dead letters. A process may die between a burial and
 * the commit; the record is then delivered again, and must not be buried or counted twice.
 */
import { deadLetterTopic, physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { unlessUnreadable } from '../errors.ts';
import { IdSet } from '../hashes/id-set.ts';
import { sha256 } from '../ids.ts';
import type { Codec } from '../records/codec.ts';

/** The place of a buried record in its topic. A record that people put back has a new place. */
interface Grave {
  readonly topic: TopicName;
  readonly stage: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Burials {
  /** Reads the dead-letter topic first, because other processes write there, too. */
  has(grave: Grave): Promise<boolean>;
}

interface Known {
  readonly graves: IdSet;
  /** Offset in the dead-letter topic from which reading continues. */
  next: number;
}

export function openBurials(bus: Bus, codec: Codec, dataset: string): Burials {
  const byTopic = new Map<TopicName, Known>();
  const catchUp = async (topic: TopicName): Promise<Known> => {
    const known = byTopic.get(topic) ?? { graves: new IdSet(), next: 0 };
    byTopic.set(topic, known);
    const name = physicalTopic(dataset, deadLetterTopic(topic));
    const visit = async ({ offset, value }: { offset: number; value: Uint8Array }) => {
      // An unreadable record in this topic was written by a stranger, so it is not a dead letter.
      const letter = await unlessUnreadable(() => codec.decodeDeadLetter(topic, value));
      if (letter !== null) known.graves.add(idOf({ ...letter.body, topic }));
      known.next = offset + 1;
    };
    await forEachRecord(bus, name, visit, { from: [known.next] });
    return known;
  };
  return {
    has: async (grave) => (await catchUp(grave.topic)).graves.has(idOf(grave)),
  };
}

function idOf({ topic, stage, partition, offset }: Grave): string {
  return sha256(`${topic}/${stage}/${partition}/${offset}`);
}
