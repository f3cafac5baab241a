/** Topics of a broker: looks up their partitions, remembers them, and creates missing topics. */
import type { Admin, PartitionMetadata } from 'kafkajs';
import { PipelineError } from '../../errors.ts';
import type { TopicConfiguration } from '../bus.ts';
import type { OffsetRange } from '../truncation.ts';
import { originOf, type Patience, patiently } from './failures.ts';
import { readSetting, wantedSettings } from './topic-settings.ts';

export interface Topics {
  /** Creates the topics that are missing; a different partition count is CONFIG_INVALID. */
  create(topics: readonly TopicConfiguration[]): Promise<void>;
  /** Partitions of a topic in order; CONFIG_INVALID when it does not exist. */
  partitions(topic: string): Promise<readonly PartitionMetadata[]>;
  /** What every partition holds. */
  ranges(topic: string): Promise<readonly OffsetRange[]>;
  /** True where the broker may delete records that a later one of the same key follows. */
  isCompacted(topic: string): Promise<boolean>;
}

export function openTopics(
  admin: Admin,
  patience: Patience,
  replicationFactor: number | null,
): Topics {
  const known = new Map<string, Promise<readonly PartitionMetadata[]>>();

  const describe = async (topic: string): Promise<readonly PartitionMetadata[]> => {
    const found = await patiently(`looking up topic ${topic}`, patience, () =>
      lookUp(admin, topic),
    );
    if (found !== null) return found;
    throw new PipelineError(
      'CONFIG_INVALID',
      `topic ${topic} does not exist; run \`backstory topics apply\` with the same --dataset, or check its name`,
      { subject: topic },
    );
  };

  const partitions = (topic: string) => {
    const earlier = known.get(topic);
    if (earlier !== undefined) return earlier;
    const asked = describe(topic);
    known.set(topic, asked);
    // A failed lookup is not remembered, so the next call asks again.
    asked.catch(() => known.delete(topic));
    return asked;
  };

  const ranges = async (topic: string): Promise<readonly OffsetRange[]> => {
    const count = (await partitions(topic)).length;
    const found = await patiently(`reading the ends of ${topic}`, patience, () =>
      admin.fetchTopicOffsets(topic),
    );
    return Array.from({ length: count }, (_, partition) => {
      const entry = found.find((each) => each.partition === partition);
      return { start: Number(entry?.low ?? 0), end: Number(entry?.high ?? 0) };
    });
  };

  const create = async (topics: readonly TopicConfiguration[]) => {
    await patiently('creating topics', patience, async () => {
      const missing: TopicConfiguration[] = [];
      for (const topic of topics) {
        const found = await lookUp(admin, topic.name);
        if (found === null) missing.push(topic);
        else requireCount(topic, found.length);
      }
      if (missing.length > 0) await createMissing(admin, missing, replicationFactor);
    });
    for (const topic of topics) {
      const found = await patiently(`waiting for topic ${topic.name}`, patience, () =>
        lookUpCreated(admin, topic.name),
      );
      // Another process may have created the topic first, with another partition count.
      requireCount(topic, found.length);
      // A broker may not know yet that it leads a new partition. It would refuse records for it,
      // and the whole request would be repeated, including the records that other partitions have
      // accepted.
      await ranges(topic.name);
    }
  };

  return {
    create,
    partitions,
    ranges,
    isCompacted: async (topic) => {
      const policy = await patiently(`reading the settings of ${topic}`, patience, () =>
        readSetting(admin, 'TOPIC', topic, 'cleanup.policy'),
      );
      return policy?.includes('compact') ?? false;
    },
  };
}

/** Null when there is no such topic. */
async function lookUp(admin: Admin, topic: string): Promise<readonly PartitionMetadata[] | null> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const found = topics.find((each) => each.name === topic)?.partitions ?? [];
    if (found.length === 0) return null;
    return [...found].sort((a, b) => a.partitionId - b.partitionId);
  } catch (error) {
    if (originOf(error).type === 'UNKNOWN_TOPIC_OR_PARTITION') return null;
    throw error;
  }
}

/** A busy broker may confirm that it created a topic before its metadata lists the topic. */
async function lookUpCreated(admin: Admin, topic: string): Promise<readonly PartitionMetadata[]> {
  const found = await lookUp(admin, topic);
  if (found === null) throw new Error(`${topic} was created and is not known yet`);
  return found;
}

function requireCount(topic: TopicConfiguration, count: number): void {
  if (count === topic.partitions) return;
  throw new PipelineError(
    'CONFIG_INVALID',
    `topic ${topic.name} has ${count} partitions, not ${topic.partitions}; partitions cannot change, use a new data set`,
    { subject: topic.name },
  );
}

async function createMissing(
  admin: Admin,
  topics: readonly TopicConfiguration[],
  replicationFactor: number | null,
): Promise<void> {
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: replicationFactor ?? -1,
      configEntries: Object.entries(wantedSettings(topic)).map(([name, value]) => ({
        name,
        value,
      })),
    })),
  });
}
