/**
 * Runs the source: emits items in order, resumes where its own output topics end, keeps at most a
 * bounded number of repositories open, and closes the input of a bounded run. A repository that
 * appears twice is dropped the second time: one identity has one trajectory.
 */
import type { Envelope } from '../../../../schemas/generated/types.ts';
import { graph, lifecycle, physicalTopic, type TopicName } from '../../../../schemas/topology.ts';
import { noUsage } from '../../../ports/usage.ts';
import { forEachRecord, requireWhole } from '../../bus/topic-reader.ts';
import type { ErrorCode } from '../../errors.ts';
import { IdSet } from '../../id-set.ts';
import { type Emit, emit } from '../../outcomes.ts';
import type { AnySource, SourceItem } from '../../stage.ts';
import { patiently, stopProcess } from '../endings.ts';
import {
  childRecord,
  datasetEnvelope,
  type Engine,
  type PlannedRecord,
  produce,
  type StageRunner,
} from '../engine.ts';
import { readEnvelope } from '../unreadable.ts';

interface Emitted {
  nextSequence: number;
  readonly repositories: IdSet;
  closed: boolean;
}

export async function startSource(stage: AnySource, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  const emitted = await patiently({ engine, stage: stage.name }, () => readEmitted(stage, engine));
  const stopping = new AbortController();
  const over = AbortSignal.any([engine.signal, stopping.signal]);

  const pump = async () => {
    if (emitted.closed) return;
    let started = performance.now();
    for await (const item of stage.items(tools, emitted.nextSequence)) {
      await engine.gate?.pass(stage.name, over);
      if (over.aborted) return;
      if (item.sequence !== emitted.nextSequence) {
        throw new Error(`source position ${item.sequence} follows ${emitted.nextSequence - 1}`);
      }
      await write(stage, engine, recordOf(stage, engine, item, emitted));
      engine.metrics.handled(stage.name, 'emitted', (performance.now() - started) / 1000);
      engine.crashPoint(`${stage.name}:after-produce`);
      emitted.nextSequence += 1;
      await engine.progress.openBelow(engine.settings.openRepositoriesMax, over);
      started = performance.now();
    }
    if (engine.run.bounded && !over.aborted) await closeInput(stage, engine, emitted);
  };
  const pumping = pump().catch((error: unknown) => stopProcess(engine, stage.name, error));
  return {
    assigned: () => null,
    stop: async () => {
      stopping.abort();
      await pumping;
      await stage.close?.(tools);
    },
  };
}

async function readEmitted(stage: AnySource, engine: Engine): Promise<Emitted> {
  const emitted: Emitted = { nextSequence: 0, repositories: new IdSet(), closed: false };
  const visit = async (topic: TopicName) => {
    await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async (record) => {
      const envelope = await readEnvelope(engine.codec, topic, record);
      if (envelope?.stage !== stage.name) return;
      emitted.nextSequence = Math.max(emitted.nextSequence, envelope.sourceSequence + 1);
      if (topic === lifecycle.found) emitted.repositories.add(envelope.repositoryId);
      if (topic === lifecycle.closed) emitted.closed = true;
    });
  };
  for (const topic of graph[stage.name].writes) await visit(topic);
  if (!emitted.closed) await requireAll(stage, engine);
  return emitted;
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

function recordOf(
  stage: AnySource,
  engine: Engine,
  item: SourceItem,
  emitted: Emitted,
): PlannedRecord {
  const envelope = sourceEnvelope(engine, item);
  const { outcome } = item;
  if (outcome.kind === 'unreadable') {
    return childRecord(stage.name, envelope, dropOf(stage, item, outcome));
  }
  if (emitted.repositories.add(item.repositoryId)) {
    return childRecord(stage.name, envelope, outcome);
  }
  return childRecord(stage.name, envelope, dropOf(stage, item, duplicate));
}

const duplicate = {
  reason: 'DUPLICATE_REPOSITORY',
  detail: 'the same content under the same name came earlier in the input',
} as const;

/**
 * The ordinal is the position in the input, so that several drops of one repository have different
 * ids.
 */
function dropOf(
  stage: AnySource,
  { subject, sequence }: SourceItem,
  { reason, detail }: { readonly reason: ErrorCode; readonly detail: string },
): Emit {
  const { name, origin } = subject;
  const told = { disposition: 'drop' as const, reason, detail, usage: noUsage };
  return emit(lifecycle.dropped, { name, origin, stage: stage.name, ...told }, sequence);
}

/** The parent envelope of a source's record: the repository itself. */
function sourceEnvelope(engine: Engine, item: SourceItem): Envelope {
  return {
    ...datasetEnvelope(engine),
    id: item.repositoryId,
    repositoryId: item.repositoryId,
    eventTimeMs: item.eventTimeMs,
    sourceSequence: item.sequence,
  };
}

async function closeInput(stage: AnySource, engine: Engine, emitted: Emitted): Promise<void> {
  const sources = emitted.nextSequence;
  const envelope = { ...datasetEnvelope(engine), sourceSequence: sources };
  const closed = childRecord(stage.name, envelope, emit(lifecycle.closed, { sources }));
  await write(stage, engine, closed);
  emitted.closed = true;
}

function write({ name: stage }: AnySource, engine: Engine, record: PlannedRecord): Promise<void> {
  return patiently({ engine, stage }, () => produce(engine, [record]));
}
