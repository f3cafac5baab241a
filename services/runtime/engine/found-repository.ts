/**
 * Which repository a troublesome record belongs to: its key names it, and the source's own record
 * has the name that people know.
 */
import type { Envelope } from '../../../schemas/generated/types.ts';
import {
  arePartitionedAlike,
  lifecycle,
  physicalTopic,
  type TopicName,
  topics,
} from '../../../schemas/topology.ts';
import type { IncomingRecord } from '../bus/bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { PipelineError } from '../errors.ts';
import type { Subject } from '../outcomes.ts';
import { ProcessDeath } from '../stage.ts';
import type { Engine } from './engine.ts';

export interface FoundRepository extends Subject {
  readonly envelope: Envelope;
}

/** Looks among the repositories that the source found; null for a record of nobody's. */
export async function findRepository(
  engine: Pick<Engine, 'bus' | 'codec' | 'run'>,
  topic: TopicName,
  record: Pick<IncomingRecord, 'key' | 'partition'>,
): Promise<FoundRepository | null> {
  if (topics[topic].about === 'dataset') return null;
  let found: FoundRepository | null = null;
  const source = physicalTopic(engine.run.dataset, lifecycle.found);
  const together = arePartitionedAlike(topic, lifecycle.found);
  const visit = async ({ key, value }: IncomingRecord) => {
    if (key !== record.key || found !== null) return;
    const read = await unlessBroken(() => engine.codec.decode(lifecycle.found, value));
    if (read === null) return;
    const { envelope, body } = read;
    const { name, origin } = body;
    // The repository's own envelope, so that its drop has the same id whichever record causes it.
    found = { envelope: { ...envelope, id: envelope.repositoryId }, name, origin };
  };
  await forEachRecord(engine.bus, source, visit, together ? { partition: record.partition } : {});
  return found;
}

/** The name is for people: a burial waits for it only where the failure may pass. */
async function unlessBroken<Result>(read: () => Promise<Result>): Promise<Result | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProcessDeath) throw error;
    if (!(error instanceof PipelineError)) return null;
    if (error.disposition === 'retry' || error.disposition === 'fatal') throw error;
    return null;
  }
}
