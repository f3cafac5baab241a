/**
 * The doctor's checks of the broker: the topics of the data set, the settings by which they lose
 * records, records that are lost, and how long it remembers the positions of stages that stand.
 */
import {
  graph,
  physicalTopic,
  type StageName,
  stageNames,
  topicNames,
} from '../../../../schemas/topology.ts';
import { watchClosed } from '../../../dataset/manifest.ts';
import type { ResolvedValues } from '../../../registry.ts';
import type { KafkaBus } from '../../../runtime/bus/kafka/kafka-bus.ts';
import { findTruncation } from '../../../runtime/bus/lag.ts';
import { clusterTopics } from '../../../runtime/engine/open-engine.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import type { CommandContext } from '../../context.ts';
import { withBus } from '../../open/connections.ts';
import { partitionsOf } from '../topics-apply.ts';
import { joined, lacking } from './finding.ts';

export async function checkTopics(context: CommandContext, values: ResolvedValues) {
  const { dataset } = values.runtime;
  const detail = `${values.kafka.brokers}, data set ${dataset}`;
  const missing = await withBus(context, values, async (bus) => {
    const there = new Set((await existing(bus, dataset)).map(({ name }) => name));
    return clusterTopics(dataset).flatMap(({ name }) => (there.has(name) ? [] : [name]));
  });
  return { detail, problem: lacking('topic', missing, dataset) };
}

async function existing(bus: KafkaBus, dataset: string) {
  const found = clusterTopics(dataset).map(async (topic) =>
    (await partitionsOf(bus, topic.name)) === null ? [] : [topic],
  );
  return (await Promise.all(found)).flat();
}

export async function checkSettings(context: CommandContext, values: ResolvedValues) {
  const { dataset } = values.runtime;
  const drifts = await withBus(context, values, async (bus) =>
    bus.topicSettings.drift(await existing(bus, dataset)),
  );
  const differing = [...drifts].map(([topic, settings]) => {
    const each = settings.map(({ name, found, wanted }) => `${name} is ${found}, not ${wanted}`);
    return `topic ${topic} can lose records: ${each.join(', ')}`;
  });
  const remedy = `run \`backstory topics apply --dataset ${dataset}\``;
  const problem = differing.length === 0 ? null : `${joined(differing)}: ${remedy}`;
  const detail =
    problem === null
      ? 'records are kept for ever, as replays need them'
      : `${differing.length} topics can lose records`;
  return { detail, problem };
}

/** Every stage must find all that it has not done; and a replay, all that there ever was. */
export async function checkLog(
  context: CommandContext,
  values: ResolvedValues,
  store: ObjectStore,
) {
  const { dataset } = values.runtime;
  return withBus(context, values, async (bus) => {
    const there = new Set((await existing(bus, dataset)).map(({ name }) => name));
    const has = (stage: StageName) =>
      graph[stage].reads.every((topic) => there.has(physicalTopic(dataset, topic)));
    const complete = await watchClosed(store)();
    const problems: string[] = [];
    for (const stage of complete ? [] : stageNames.filter(has)) {
      const gone = await findTruncation(bus, dataset, stage);
      if (gone !== null) problems.push(`LOG_TRUNCATED at ${stage}: ${gone.message}`);
    }
    const records = await countRecords(bus, dataset, there);
    if (records.gone > 0 && problems.length === 0) {
      problems.push(
        `${records.gone} records of ${records.topics.join(', ')} were deleted, after their stages had read them: a replay cannot have them; \`backstory topics apply --dataset ${dataset}\` mends the retention`,
      );
    }
    const detail = `${records.there} records, ${records.gone === 0 ? 'none' : records.gone} deleted`;
    return { detail, problem: joined(problems) };
  });
}

async function countRecords(bus: KafkaBus, dataset: string, there: ReadonlySet<string>) {
  const records = { there: 0, gone: 0, topics: [] as string[] };
  for (const topic of topicNames) {
    const name = physicalTopic(dataset, topic);
    if (!there.has(name)) continue;
    const sum = (offsets: readonly number[]) => offsets.reduce((total, each) => total + each, 0);
    const [gone, ends] = [sum(await bus.startOffsets(name)), sum(await bus.endOffsets(name))];
    records.there += ends - gone;
    records.gone += gone;
    if (gone > 0) records.topics.push(topic);
  }
  return records;
}

const offsetsRetention = 'offsets.retention.minutes';
/** Kafka's own default: a stage that stands still over a holiday keeps its position. */
const daysMin = 7;
const minutesPerDay = 1440;

export async function checkGroups(context: CommandContext, values: ResolvedValues) {
  const minutes = await withBus(context, values, (bus) =>
    bus.topicSettings.ofBroker(offsetsRetention),
  );
  if (minutes === null) {
    return { detail: `the broker does not tell its ${offsetsRetention}`, problem: null };
  }
  const days = Number(minutes) / minutesPerDay;
  const detail = `${offsetsRetention} is ${minutes}: a stage that stands still for ${Number(days.toFixed(2))} days begins anew`;
  const problem = `${detail}, and does all its work again; set it to ${daysMin * minutesPerDay} or more on the brokers`;
  return { detail, problem: days < daysMin ? problem : null };
}
