/** Builds a run's summary from its topics, so that a resumed run reports the whole. */

import { compareText } from '../../../schemas/compare-text.ts';
import type { TopicBodies, Usage } from '../../../schemas/generated/types.ts';
import {
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
} from '../../../schemas/topology.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import type { Engine } from '../engine/engine.ts';
import type { DroppedRepository, RunSummary, SearchTotals } from '../watch/progress.ts';

export async function summarise(
  engine: Engine,
  wallMs: number,
  resumed: boolean,
): Promise<RunSummary> {
  const found = await bodiesOf(engine, 'repo-found');
  const trajectories = await bodiesOf(engine, 'trajectory');
  const busy = engine.metrics.busyMs();
  return {
    repositories: {
      found: found.length,
      written: trajectories.length,
      dropped: (await bodiesOf(engine, 'dropped')).map(droppedRepository),
    },
    deadLetters: engine.progress.deadLetters,
    ...admission(await bodiesOf(engine, 'repo-admitted')),
    ...shardTotals(await bodiesOf(engine, 'shard-sealed')),
    usage: trajectories.map((body) => body.usage).reduce(addUsage, noUsage),
    search: searchTotals(await bodiesOf(engine, 'file-thought')),
    stageBusyMs: Object.fromEntries(stageNames.map((stage) => [stage, busy[stage] ?? 0])) as Record<
      StageName,
      number
    >,
    wallMs,
    resumed,
  };
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
  // In the order of ids, not of arrival: floating-point sums depend on it.
  return [...bodies].sort(([a], [b]) => compareText(a, b)).map(([, body]) => body);
}

function droppedRepository(body: TopicBodies['dropped']): DroppedRepository {
  const { name, stage, reason, detail, disposition } = body;
  return { name, stage, reason, detail, disposition };
}

function admission(bodies: readonly TopicBodies['repo-admitted'][]) {
  const skippedFiles: Record<string, number> = {};
  let files = 0;
  let admittedBytes = 0;
  for (const { repository } of bodies) {
    files += repository.files.length;
    admittedBytes += repository.content.bytes;
    for (const { reason } of repository.skipped) {
      skippedFiles[reason] = (skippedFiles[reason] ?? 0) + 1;
    }
  }
  return { files, skippedFiles, admittedBytes };
}

function shardTotals(bodies: readonly TopicBodies['shard-sealed'][]) {
  const sum = (field: (body: TopicBodies['shard-sealed']) => number) =>
    bodies.reduce((total, body) => total + field(body), 0);
  const tokens = sum((body) => body.tokens);
  const room = sum((body) => body.packs * body.contextLength);
  return {
    tokens,
    trainedTokens: sum((body) => body.trainedTokens),
    packs: sum((body) => body.packs),
    shards: bodies.length,
    paddingShare: room === 0 ? 0 : (room - tokens) / room,
  };
}

const noUsage: Usage = { calls: 0, promptTokens: 0, completionTokens: 0, microDollars: 0 };

function addUsage(a: Usage, b: Usage): Usage {
  return {
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    microDollars: a.microDollars + b.microDollars,
  };
}

function searchTotals(bodies: readonly TopicBodies['file-thought'][]): SearchTotals | null {
  const reports = bodies.flatMap((body) => (body.search === null ? [] : [body.search]));
  if (reports.length === 0) return null;
  const outcomes: Record<string, number> = {};
  for (const { outcome } of reports.flatMap((report) => report.candidates)) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const improved = reports.filter((report) => report.bitsAfter < report.bitsBefore);
  const sums = (chosen: typeof reports) => ({
    targetBytes: chosen.reduce((total, report) => total + report.targetBytes, 0),
    bitsBefore: chosen.reduce((total, report) => total + report.bitsBefore, 0),
    bitsAfter: chosen.reduce((total, report) => total + report.bitsAfter, 0),
  });
  return { ...sums(reports), improved: { files: improved.length, ...sums(improved) }, outcomes };
}
