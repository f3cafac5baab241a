/**
 * How a record that cannot be decoded ends: as a dead letter with its bytes. If its key names a
 * repository that was found, that repository is dropped, so that nothing downstream waits for it.
 */
import type { Envelope } from '../../../schemas/generated/types.ts';
import {
  arePartitionedAlike,
  lifecycle,
  physicalTopic,
  type TopicName,
} from '../../../schemas/topology.ts';
import { type IncomingRecord, recordName } from '../bus/bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { PipelineError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import type { Codec } from '../records/codec.ts';
import {
  type DeadLetter,
  datasetEnvelope,
  deadLetterRecord,
  droppedRecord,
  type Engine,
  type PlannedRecord,
  produce,
} from './engine.ts';

export async function deadLetterUnreadable(engine: Engine, letter: DeadLetter): Promise<void> {
  const { stage, topic, record } = letter;
  const { reason, detail } = letter.cause;
  const own = await readEnvelope(engine.codec, topic, record);
  const origin =
    own === null
      ? // Not even the envelope is readable: only the key names the repository.
        await findRepository(engine, topic, record)
      : { envelope: own, name: own.repositoryId, origin: '' };
  const dropped: PlannedRecord[] =
    origin === null
      ? []
      : [
          droppedRecord(stage, origin.envelope, origin.name, origin.origin, {
            disposition: 'dead_letter',
            reason,
            detail,
          }),
        ];
  const envelope = own ?? envelopeByPlace(engine, record, origin?.envelope);
  await produce(engine, dropped, [deadLetterRecord(engine, letter, envelope)]);
}

export type EnvelopeReader = Pick<Codec, 'decodeEnvelope'>;

/** Null for an unreadable record: the stage that consumes its topic makes it a dead letter. */
export async function readEnvelope(
  codec: EnvelopeReader,
  topic: TopicName,
  { value }: IncomingRecord,
): Promise<Envelope | null> {
  try {
    return await codec.decodeEnvelope(topic, value);
  } catch (error) {
    passUnlessUnreadable(error);
    return null;
  }
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

interface FoundRepository {
  readonly envelope: Envelope;
  readonly name: string;
  readonly origin: string;
}

/** Looks up the repository that the record's key names among those that the source found. */
async function findRepository(
  engine: Engine,
  topic: TopicName,
  record: IncomingRecord,
): Promise<FoundRepository | null> {
  let found: FoundRepository | null = null;
  const source = physicalTopic(engine.run.dataset, lifecycle.found);
  const together = arePartitionedAlike(topic, lifecycle.found);
  const visit = async ({ key, value }: IncomingRecord) => {
    if (key !== record.key || found !== null) return;
    try {
      const { envelope, body } = await engine.codec.decode(lifecycle.found, value);
      const { name, origin } = body;
      // The repository's own envelope, so that its drop has the same id whichever record causes it.
      found = { envelope: { ...envelope, id: envelope.repositoryId }, name, origin };
    } catch (error) {
      passUnlessUnreadable(error);
    }
  };
  await forEachRecord(engine.bus, source, visit, together ? { partition: record.partition } : {});
  return found;
}

/**
 * A permanently unreadable record yields nothing and is skipped; any other error leaves the
 * question open and is thrown.
 */
function passUnlessUnreadable(error: unknown): void {
  if (!(error instanceof PipelineError) || error.disposition !== 'reject') throw error;
}
