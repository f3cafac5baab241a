/**
 * How a record that cannot be decoded ends: as a dead letter with its bytes. If its key names a
 * repository that was found, that repository is dropped, so that nothing downstream waits for it.
 */
import type { Envelope } from '../../../schemas/generated/types.ts';
import type { TopicName } from '../../../schemas/topology.ts';
import { type IncomingRecord, recordName } from '../bus/bus.ts';
import { unlessUnreadable } from '../errors.ts';
import { sha256 } from '../ids.ts';
import type { Codec } from '../records/codec.ts';
import {
  bury,
  type DeadLetter,
  datasetEnvelope,
  droppedRecord,
  type Engine,
  named,
  type PlannedRecord,
} from './engine.ts';
import { findRepository } from './found-repository.ts';

/** False when the record was buried before. */
export async function deadLetterUnreadable(engine: Engine, letter: DeadLetter): Promise<boolean> {
  const { stage, topic, record } = letter;
  const { reason, detail } = letter.cause;
  const own = await readEnvelope(engine.codec, topic, record);
  const found = await findRepository(engine, topic, record);
  const dropped: PlannedRecord[] = [];
  // Where not even the envelope is readable, only the key names the repository.
  const parent = own ?? found?.envelope ?? null;
  if (parent !== null) {
    const { name, origin } = found ?? { name: parent.repositoryId, origin: '' };
    const end = { disposition: 'dead_letter' as const, reason, detail };
    dropped.push(droppedRecord(stage, parent, name, origin, end));
  }
  const envelope = own ?? envelopeByPlace(engine, record, found?.envelope);
  return bury(engine, dropped, named(letter, found), envelope);
}

export type EnvelopeReader = Pick<Codec, 'decodeEnvelope'>;

/** Null for an unreadable record: the stage that consumes its topic makes it a dead letter. */
export async function readEnvelope(
  codec: EnvelopeReader,
  topic: TopicName,
  { value }: IncomingRecord,
): Promise<Envelope | null> {
  return unlessUnreadable(() => codec.decodeEnvelope(topic, value));
}

/**
 * Replaces an envelope that cannot be read. Its id derives from the record's place: redelivery
 * gives the same id, and other records of the repository get other ids.
 */
function envelopeByPlace(
  engine: Engine,
  record: IncomingRecord,
  repository: Envelope | undefined,
): Envelope {
  return {
    ...(repository ?? { ...datasetEnvelope(engine), repositoryId: record.key }),
    id: sha256(recordName(record)).slice(0, 32),
  };
}
