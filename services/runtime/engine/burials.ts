/**
 * Which records were buried as dead letters before. A process may die between a burial and the
 * commit; the record then comes again, and must not be buried, or counted, a second time.
 */
import type { DeadLetterBody } from '../../../schemas/generated/types.ts';
import { deadLetterTopic, physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { unlessUnreadable } from '../errors.ts';
import { IdSet } from '../id-set.ts';
import { sha256 } from '../ids.ts';
import type { Codec } from '../records/codec.ts';

/** Where a record lies in its topic. A record that people put back lies elsewhere. */
interface Grave {
  readonly topic: TopicName;
  readonly stage: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Burials {
  /** Asks the dead-letter topic, where other processes write too. */
  has(grave: Grave): Promise<boolean>;
}

interface Known {
  readonly graves: IdSet;
  /** Offset in the dead-letter topic up to which it was read. */
  next: number;
}

export function openBurials(bus: Bus, codec: Codec, dataset: string): Burials {
  const byTopic = new Map<TopicName, Known>();
  const catchUp = async (topic: TopicName): Promise<Known> => {
    const known = byTopic.get(topic) ?? { graves: new IdSet(), next: 0 };
    byTopic.set(topic, known);
    const name = physicalTopic(dataset, deadLetterTopic(topic));
    const visit = async ({ offset, value }: { offset: number; value: Uint8Array }) => {
      // A stranger's record is nobody's dead letter.
      const letter = await unlessUnreadable(() => codec.decodeDeadLetter(topic, value));
      if (letter !== null) known.graves.add(idOf({ ...(letter.body as DeadLetterBody), topic }));
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
