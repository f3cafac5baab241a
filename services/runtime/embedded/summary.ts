/**
 * Builds a run's summary from its topics, so that a resumed run reports the whole: the figures that
 * every run has, and the facts that the stages' reports add.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { TopicBodies, Usage } from '../../../schemas/generated/types.ts';
import {
  lifecycle,
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
} from '../../../schemas/topology.ts';
import { sumUsage } from '../../ports/usage.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import type { Engine } from '../engine/engine.ts';
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
    found: await countOf(engine, found),
    written: await countOf(engine, written),
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

/** Number of records in a topic, each id counted once. */
async function countOf(engine: Engine, topic: TopicName): Promise<number> {
  const ids = new Set<string>();
  await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async ({ value }) => {
    ids.add((await engine.codec.decodeEnvelope(topic, value)).id);
  });
  return ids.size;
}

/** Every body of a topic, each record id once, in an order that does not depend on timing. */
async function bodiesOf<Topic extends TopicName>(
  engine: Engine,
  topic: Topic,
): Promise<TopicBodies[Topic][]> {
  const bodies = new Map<string, TopicBodies[Topic]>();
  await forEachRecord(engine.bus, physicalTopic(engine.run.dataset, topic), async ({ value }) => {
    const { envelope, body } = await engine.codec.decode(topic, value);
    bodies.set(envelope.id, body);
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
