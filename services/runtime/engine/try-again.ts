/**
 * How a record that became a dead letter goes back into its topic: with a higher attempt, which its
 * children inherit, so that a join knows that parts of an ended repository come anew.
 */
import type { DeadLetterBody } from '../../../schemas/generated/types.ts';
import { physicalTopic, type TopicName } from '../../../schemas/topology.ts';
import type { Bus, OutgoingRecord } from '../bus/bus.ts';
import { PipelineError, unlessUnreadable } from '../errors.ts';
import type { Wire } from '../records/wire.ts';
import { carriedBytesMax } from './engine.ts';

/** What is needed of a dead letter to try its record again. */
export interface Letter {
  readonly id: string;
  readonly topic: TopicName;
  readonly key: string;
  readonly body: DeadLetterBody;
}

/** False when the dead letter carries only the beginning of its record. */
export function isWhole({ payload }: DeadLetterBody): boolean {
  return payload.byteLength < carriedBytesMax;
}

/**
 * The records of one repository's dead letters, all with the same attempt: whoever joins its parts
 * waits for all of them.
 */
export async function recordsAgain(
  bus: Bus,
  wire: Pick<Wire, 'encode' | 'decode'>,
  dataset: string,
  letters: readonly Letter[],
): Promise<OutgoingRecord[]> {
  const read = await Promise.all(
    letters.map(async (letter) => {
      const value = await wholeRecord(bus, dataset, letter);
      return {
        letter,
        value,
        record: await unlessUnreadable(() => wire.decode(letter.topic, value)),
      };
    }),
  );
  const attempts = read.map(({ record }) => record?.envelope.attempt ?? 0);
  const attempt = 1 + Math.max(0, ...attempts);
  return read.map(({ letter, value, record }) => {
    const topic = physicalTopic(dataset, letter.topic);
    // What cannot be read goes back as it is.
    if (record === null) return { topic, key: letter.key, value };
    const envelope = { ...record.envelope, attempt };
    return { topic, key: letter.key, value: wire.encode(letter.topic, { ...record, envelope }) };
  });
}

async function wholeRecord(
  bus: Bus,
  dataset: string,
  { id, topic, body }: Letter,
): Promise<Uint8Array> {
  if (isWhole(body)) return Buffer.from(body.payload);
  const { partition, offset } = body;
  const [record] = await bus.read({ topic: physicalTopic(dataset, topic), partition }, offset, 1);
  if (record?.offset === offset) return record.value;
  throw new PipelineError(
    'USAGE',
    `dead letter ${id} carries the beginning of a large record; the whole is no longer at offset ${offset} of partition ${partition} of ${topic}: drop it, and bring the repository in again`,
    { subject: id },
  );
}
