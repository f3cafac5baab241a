/**
 * Builds a run's summary from its topics, so that a resumed run reports the whole: the figures that
 * every run has, and the facts that the stages' reports add.
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
} from '../../../schemas/topology.ts';
import { sumUsage } from '../../ports/usage.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import type { Engine } from '../engine/engine.ts';
import { readEnvelope } from '../engine/unreadable.ts';
import { unlessUnreadable } from '../errors.ts';
import type { Cost, Section } from '../report.ts';
import type { AnyStage } from '../stage.ts';
import type { DroppedRepository, RunFigures, SummaryOf } from '../watch/progress.ts';

export async function summarise<Stages extends readonly AnyStage[]>(
  engine: Engine,
  stages: Stages,
  times: { readonly wallMs: number; readonly resumed: boolean },
): Promise<SummaryOf<Stages>> {
  const { found, written, dropped } = lifecycle;
  const busy = engine.metrics.busyMs();
  const repositories: RunFigures['repositories'] = {
    found: (await envelopesOf(engine, found)).size,
    written: await countWritten(engine, written, dropped),
    dropped: (await bodiesOf(engine, dropped)).map(droppedRepository),
  };
  const facts: object[] = [];
  for (const { report } of stages) {
    const section: Section | undefined = report?.section;
    if (section !== undefined) facts.push(section.of(await bodiesOf(engine, section.topic)));
  }
  const { deadLetters } = engine.progress;
  const usage = await costOf(engine, stages);
  const effort: Pick<RunFigures, 'stageBusyMs' | 'wallMs' | 'resumed'> = {
    stageBusyMs: Object.fromEntries(stageNames.map((stage) => [stage, busy[stage] ?? 0])) as Record<
      StageName,
      number
    >,
    ...times,
  };
  return Object.assign({ repositories, deadLetters, usage }, ...facts, effort) as SummaryOf<Stages>;
}

/** What all records cost that say so: those of the stages, and the ends of what was dropped. */
async function costOf(engine: Engine, stages: readonly AnyStage[]): Promise<Usage> {
  const { dropped } = lifecycle;
  const usages = (await bodiesOf(engine, dropped)).map(({ usage }) => usage);
  for (const { report } of stages) {
    const cost: Cost | undefined = report?.cost;
    if (cost !== undefined) usages.push(...(await bodiesOf(engine, cost.topic)).map(cost.of));
  }
  return sumUsage(usages);
}

/** Trajectories, without those whose repository was given up after all. */
async function countWritten(
  engine: Engine,
  written: TopicName,
  dropped: TopicName,
): Promise<number> {
  const given = new Set<string>();
  for (const { stage, repositoryId } of (await envelopesOf(engine, dropped)).values()) {
    const after = graph[stage as StageName]?.reads ?? [];
    if (after.includes(written)) given.add(repositoryId);
  }
  const trajectories = [...(await envelopesOf(engine, written)).values()];
  return trajectories.filter(({ repositoryId }) => !given.has(repositoryId)).length;
}

/** Envelopes of the readable records of a topic, each id once. */
async function envelopesOf(engine: Engine, topic: TopicName): Promise<Map<string, Envelope>> {
  const envelopes = new Map<string, Envelope>();
  await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async (record) => {
    const envelope = await readEnvelope(engine.codec, topic, record);
    if (envelope !== null) envelopes.set(envelope.id, envelope);
  });
  return envelopes;
}

/** Readable bodies of a topic, each record id once, in an order that does not depend on timing. */
async function bodiesOf<Topic extends TopicName>(
  engine: Engine,
  topic: Topic,
): Promise<TopicBodies[Topic][]> {
  const bodies = new Map<string, TopicBodies[Topic]>();
  await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async ({ value }) => {
    const read = await unlessUnreadable(() => engine.codec.decode(topic, value));
    if (read !== null) bodies.set(read.envelope.id, read.body);
  });
  // Sorted by id, not by arrival: floating-point sums depend on the order.
  return [...bodies].sort(([a], [b]) => compareText(a, b)).map(([, body]) => body);
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
