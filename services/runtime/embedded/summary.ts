/**
 * Builds a run's summary from its topics, so that a resumed run reports its earlier parts too. The
 * summary has the figures of every run, and the facts that the stages' reports add.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { Envelope, TopicBodies, Usage } from '../../../schemas/generated/types.ts';
import {
  graph,
  lifecycle,
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
  writerOf,
} from '../../../schemas/topology.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import type { Engine } from '../engine/engine.ts';
import { readEnvelope } from '../engine/unreadable.ts';
import { unlessUnreadable } from '../errors.ts';
import { IdCounts, IdSet } from '../id-set.ts';
import type { Cost, Section } from '../report.ts';
import type { AnyStage } from '../stage.ts';
import type { DroppedRepository, RunFigures, SummaryOf } from '../watch/progress.ts';

export async function summarise<Stages extends readonly AnyStage[]>(
  engine: Engine,
  stages: Stages,
  times: Pick<RunFigures, 'wallMs' | 'resumed' | 'logMissing'>,
): Promise<SummaryOf<Stages>> {
  const { found, written, dropped } = lifecycle;
  const busy = engine.metrics.busyMs();
  const repositories: RunFigures['repositories'] = {
    found: await countFound(engine, found, dropped),
    written: await countWritten(engine, written, dropped),
    dropped: await droppedRepositories(engine),
  };
  const facts: object[] = [];
  for (const { report } of stages) {
    const section: Section | undefined = report?.section;
    if (section === undefined) continue;
    const figures = section.open();
    await forEachBody(engine, section.topic, figures.add);
    facts.push(figures.facts());
  }
  const { deadLetters } = engine.progress;
  const usage = await costOf(engine, stages);
  const effort: Pick<RunFigures, 'stageBusyMs' | 'wallMs' | 'resumed' | 'logMissing'> = {
    stageBusyMs: Object.fromEntries(stageNames.map((stage) => [stage, busy[stage] ?? 0])) as Record<
      StageName,
      number
    >,
    ...times,
  };
  return Object.assign({ repositories, deadLetters, usage }, ...facts, effort) as SummaryOf<Stages>;
}

/** The cost that records state: the records that stages report, and the drop records. */
async function costOf(engine: Engine, stages: readonly AnyStage[]): Promise<Usage> {
  let sum = noUsage;
  const add = (usage: Usage) => {
    sum = sumUsage([sum, usage]);
  };
  await forEachBody(engine, lifecycle.dropped, ({ usage }) => add(usage));
  for (const { report } of stages) {
    const cost: Cost | undefined = report?.cost;
    if (cost !== undefined) await forEachBody(engine, cost.topic, (body) => add(cost.of(body)));
  }
  return sum;
}

/** Number of trajectories, without those of repositories that a later stage dropped. */
async function countWritten(
  engine: Engine,
  written: TopicName,
  dropped: TopicName,
): Promise<number> {
  const given = new Set<string>();
  await forEachEnvelope(engine, dropped, ({ stage, repositoryId }) => {
    const after = graph[stage as StageName]?.reads ?? [];
    if (after.includes(written)) given.add(repositoryId);
  });
  let count = 0;
  await forEachEnvelope(engine, written, ({ repositoryId }) => {
    if (!given.has(repositoryId)) count += 1;
  });
  return count;
}

/** Number of sources: those found, and those that the source itself dropped, as duplicates. */
async function countFound(engine: Engine, found: TopicName, dropped: TopicName): Promise<number> {
  let count = 0;
  const source = writerOf(found);
  for (const topic of [found, dropped]) {
    await forEachEnvelope(engine, topic, ({ stage }) => {
      if (stage === source) count += 1;
    });
  }
  return count;
}

/** Envelopes of the readable records of a topic, each id once. */
async function forEachEnvelope(
  engine: Engine,
  topic: TopicName,
  visit: (envelope: Envelope) => void,
): Promise<void> {
  const ids = new IdSet();
  await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async (record) => {
    const envelope = await readEnvelope(engine.codec, topic, record);
    if (envelope !== null && ids.add(envelope.id)) visit(envelope);
  });
}

/**
 * Every readable body of a topic, one at a time. Of records with one id the last counts: a file
 * that was tried again has a record without its thought before the one with it.
 */
async function forEachBody<Topic extends TopicName>(
  engine: Engine,
  topic: Topic,
  visit: (body: TopicBodies[Topic], id: string) => void,
): Promise<void> {
  const name = physicalTopic(engine.run.dataset, topic);
  const [all, met] = [new IdCounts(), new IdCounts()];
  await forEachRecord(engine.bus, name, async (record) => {
    const envelope = await readEnvelope(engine.codec, topic, record);
    if (envelope !== null) all.add(envelope.id);
  });
  await forEachRecord(engine.bus, name, async ({ value }) => {
    const read = await unlessUnreadable(() => engine.codec.decode(topic, value));
    if (read === null) return;
    const { id } = read.envelope;
    if (met.add(id) === all.count(id)) visit(read.body, id);
  });
}

/** The dropped repositories, in an order that does not depend on timing. */
async function droppedRepositories(engine: Engine): Promise<DroppedRepository[]> {
  const dropped: [string, DroppedRepository][] = [];
  await forEachBody(engine, lifecycle.dropped, (body, id) => {
    dropped.push([id, droppedRepository(body)]);
  });
  return dropped.sort(([a], [b]) => compareText(a, b)).map(([, repository]) => repository);
}

function droppedRepository({
  name,
  stage,
  reason,
  detail,
  disposition,
}: TopicBodies[typeof lifecycle.dropped]): DroppedRepository {
  return { name, stage, reason, detail, disposition };
}
