/** Reads the records that the source has written so far back from its own topics. */
import type { RepoFoundBody } from '../../../../schemas/generated/types.ts';
import { graph, lifecycle, physicalTopic, type TopicName } from '../../../../schemas/topology.ts';
import type { IncomingRecord } from '../../bus/bus.ts';
import { forEachRecord, requireWhole } from '../../bus/topic-reader.ts';
import { PipelineError, unlessUnreadable } from '../../errors.ts';
import { IdCounts, IdSet } from '../../hashes/id-set.ts';
import { type Emit, emit, type Subject } from '../../outcomes.ts';
import type { AnySource, SourcePast } from '../../stage.ts';
import type { Engine } from '../engine.ts';
import { readEnvelope } from '../unreadable.ts';
import type { Round } from './rounds.ts';

export interface Emitted {
  nextSequence: number;
  /** Number of the source's records per repository; each record after the first is a drop. */
  readonly ids: IdCounts;
  /** False if a repository with the same files was emitted before. */
  addTree(found: Emit): boolean;
  hasTree(treeSha256: string): boolean;
  /** Whether a source of this name and origin was read, in any revision. */
  isNamed(subject: Subject): boolean;
  /** Number of records about the input as such. */
  listed: number;
  closed: boolean;
}

export async function readEmitted(stage: AnySource, engine: Engine): Promise<Emitted> {
  const named = new IdSet();
  const trees = new IdSet();
  const keyOf = ({ name, origin }: Subject) => `${name}\n${origin}`;
  const emitted: Emitted = {
    nextSequence: 0,
    ids: new IdCounts(),
    addTree: (found) => {
      const tree = treeOf(found);
      return tree === null || trees.add(tree);
    },
    hasTree: (tree) => trees.has(tree),
    isNamed: (subject) => named.has(keyOf(subject)),
    listed: 0,
    closed: false,
  };
  const visit = async (topic: TopicName) => {
    await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async (record) => {
      const envelope = await readEnvelope(engine.codec, topic, record);
      if (envelope?.stage !== stage.name) return;
      if (topic === lifecycle.listed) {
        emitted.listed += 1;
        return;
      }
      emitted.nextSequence = Math.max(emitted.nextSequence, envelope.sourceSequence + 1);
      if (topic === lifecycle.closed) emitted.closed = true;
      else emitted.ids.add(envelope.repositoryId);
      const body = topic === lifecycle.found ? await foundBody(engine, record) : null;
      if (body === null) return;
      named.add(keyOf(body));
      emitted.addTree(emit(lifecycle.found, body));
    });
  };
  for (const topic of graph[stage.name].writes) await visit(topic);
  if (!emitted.closed) await requireAll(stage, engine);
  return emitted;
}

/** The digest of the files that a source found; null where it is unknown. */
export function treeOf({ topic, body }: Emit): string | null {
  return topic === lifecycle.found ? body.treeSha256 : null;
}

/** What the source may see of its own records. */
export function pastOf(
  stage: AnySource,
  { bus, codec, run }: Engine,
  { ids, hasTree }: Emitted,
  round: Round,
): SourcePast {
  return {
    ...round,
    has: (repositoryId) => ids.has(repositoryId),
    hasTree,
    bodies: (topic, visit) =>
      forEachRecord(bus, physicalTopic(run.dataset, topic), async ({ value }) => {
        const read = await unlessUnreadable(() => codec.decode(topic, value));
        if (read?.envelope.stage === stage.name) visit(read.body, read.envelope.sourceSequence);
      }),
  };
}

/** Returns null if only the envelope is readable; the record's consumer then buries it. */
async function foundBody(
  { codec }: Engine,
  { value }: IncomingRecord,
): Promise<RepoFoundBody | null> {
  try {
    return (await codec.decode(lifecycle.found, value)).body;
  } catch (error) {
    if (error instanceof PipelineError) return null;
    throw error;
  }
}

/**
 * Throws unless all records of the source are still in its topics. Only these records tell which
 * items were emitted and where the source continues.
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
