/** What the source has written into the data set so far, read back from its own topics. */
import { graph, lifecycle, physicalTopic, type TopicName } from '../../../../schemas/topology.ts';
import type { IncomingRecord } from '../../bus/bus.ts';
import { forEachRecord, requireWhole } from '../../bus/topic-reader.ts';
import { PipelineError } from '../../errors.ts';
import { IdCounts, IdSet } from '../../id-set.ts';
import type { Subject } from '../../outcomes.ts';
import type { AnySource } from '../../stage.ts';
import type { Engine } from '../engine.ts';
import { readEnvelope } from '../unreadable.ts';

export interface Emitted {
  nextSequence: number;
  /** How often each repository was met in the input: once found, each further time a drop. */
  readonly ids: IdCounts;
  /** Whether a source of this name was read, in whatever revision. */
  isNamed(subject: Subject): boolean;
  closed: boolean;
}

export async function readEmitted(stage: AnySource, engine: Engine): Promise<Emitted> {
  const named = new IdSet();
  const keyOf = ({ name, origin }: Subject) => `${name}\n${origin}`;
  const emitted: Emitted = {
    nextSequence: 0,
    ids: new IdCounts(),
    isNamed: (subject) => named.has(keyOf(subject)),
    closed: false,
  };
  const visit = async (topic: TopicName) => {
    await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async (record) => {
      const envelope = await readEnvelope(engine.codec, topic, record);
      if (envelope?.stage !== stage.name) return;
      emitted.nextSequence = Math.max(emitted.nextSequence, envelope.sourceSequence + 1);
      if (topic === lifecycle.closed) emitted.closed = true;
      else emitted.ids.add(envelope.repositoryId);
      const subject = topic === lifecycle.found ? await subjectOf(engine, record) : null;
      if (subject !== null) named.add(keyOf(subject));
    });
  };
  for (const topic of graph[stage.name].writes) await visit(topic);
  if (!emitted.closed) await requireAll(stage, engine);
  return emitted;
}

/** Null where only the envelope is readable: who consumes the record makes it a dead letter. */
async function subjectOf({ codec }: Engine, { value }: IncomingRecord): Promise<Subject | null> {
  try {
    return (await codec.decode(lifecycle.found, value)).body;
  } catch (error) {
    if (error instanceof PipelineError) return null;
    throw error;
  }
}

/**
 * Where the source goes on, and what came before, is known only from its own records: all of them
 * must still be there.
 */
async function requireAll(stage: AnySource, engine: Engine): Promise<void> {
  for (const topic of graph[stage.name].writes) {
    await requireWhole(engine.bus, physicalTopic(engine.run.dataset, topic));
  }
}

/** Whether every record that the source wrote is still in its topics. */
export async function hasAllRecords(stage: AnySource, engine: Engine): Promise<boolean> {
  try {
    await requireAll(stage, engine);
    return true;
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'LOG_TRUNCATED') throw error;
    engine.log.warn({ stage: stage.name }, `the input is not compared: ${error.message}`);
    return false;
  }
}
