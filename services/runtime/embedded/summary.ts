/**
 * Builds a run's summary from its topics, so that a resumed run reports its earlier parts too. The
 * summary has the figures of every run, and the facts that the stages' reports add.
 */
import type { Usage } from '../../../schemas/generated/types.ts';
import { lifecycle, type StageName, stageNames } from '../../../schemas/topology.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import type { Engine } from '../engine/engine.ts';
import { forEachBody, readRepositories, readSections } from '../engine/read-ends.ts';
import type { Cost } from '../report.ts';
import type { AnyStage } from '../stage.ts';
import type { RunFigures, SummaryOf } from '../watch/progress.ts';

export async function summarise<Stages extends readonly AnyStage[]>(
  engine: Engine,
  stages: Stages,
  times: Pick<RunFigures, 'wallMs' | 'resumed' | 'logMissing'>,
): Promise<SummaryOf<Stages>> {
  const busy = engine.metrics.busyMs();
  const repositories = await readRepositories(engine);
  const facts = await readSections(engine, stages);
  const { deadLetters } = engine.progress;
  const usage = await costOf(engine, stages);
  const effort: Pick<RunFigures, 'stageBusyMs' | 'wallMs' | 'resumed' | 'logMissing'> = {
    stageBusyMs: Object.fromEntries(stageNames.map((stage) => [stage, busy[stage] ?? 0])) as Record<
      StageName,
      number
    >,
    ...times,
  };
  return Object.assign({ repositories, deadLetters, usage }, facts, effort) as SummaryOf<Stages>;
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
