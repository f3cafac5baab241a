/**
 * Reads from a data set's topics how its repositories ended, and the facts that the stages' reports
 * make of them. An embedded run tells them in its summary, a process of a cluster at its end.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { Envelope, TopicBodies } from '../../../schemas/generated/types.ts';
import {
  graph,
  lifecycle,
  physicalTopic,
  type StageName,
  type TopicName,
  writerOf,
} from '../../../schemas/topology.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { unlessUnreadable } from '../errors.ts';
import { IdCounts, IdSet } from '../hashes/id-set.ts';
import type { Section } from '../report.ts';
import type { AnyStage } from '../stage.ts';
import type { DroppedRepository, RunFigures } from '../watch/progress.ts';
import type { Engine } from './engine.ts';
import { readEnvelope } from './unreadable.ts';

export async function readRepositories(engine: Engine): Promise<RunFigures['repositories']> {
  const { found, dropped } = lifecycle;
  return { found: await countFound(engine, found, dropped), ...(await readEnded(engine)) };
}

export type Ended = Omit<RunFigures['repositories'], 'found'>;

/** Reads only what the writer reads: a process of a cluster knows the schemas of no other topic. */
export async function readEnded(engine: Engine): Promise<Ended> {
  const { written, dropped } = lifecycle;
  return {
    written: await countWritten(engine, written, dropped),
    dropped: await droppedRepositories(engine),
  };
}

/** The facts of the stages' sections; with a topic, only of those that are made from it. */
export async function readSections(
  engine: Engine,
  stages: readonly AnyStage[],
  topic: TopicName | null = null,
): Promise<object> {
  const facts: object = {};
  for (const { report } of stages) {
    const section: Section | undefined = report?.section;
    if (section === undefined || (topic !== null && section.topic !== topic)) continue;
    const figures = section.open();
    await forEachBody(engine, section.topic, figures.add);
    Object.assign(facts, figures.facts());
  }
  return facts;
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
export async function forEachBody<Topic extends TopicName>(
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
