/**
 * Compares and corrects the settings by which topics lose records: age, size, compaction. The
 * protocol version that kafkajs speaks replaces all settings of a topic at once, so settings that
 * somebody else made are sent again.
 */
import kafkajs, { type Admin } from 'kafkajs';
import type { TopicConfiguration } from '../bus.ts';
import { type Patience, patiently } from './failures.ts';

export interface SettingDrift {
  readonly name: string;
  readonly found: string;
  readonly wanted: string;
}

export interface TopicSettings {
  /**
   * Settings that differ, by topic; the topics must exist. Topics without a difference are left
   * out.
   */
  drift(
    topics: readonly TopicConfiguration[],
  ): Promise<ReadonlyMap<string, readonly SettingDrift[]>>;
  /** Corrects the settings that differ and keeps all others. */
  mend(topics: readonly TopicConfiguration[]): Promise<void>;
  /** A setting of the brokers, as one of them has it; null when it does not tell. */
  ofBroker(name: string): Promise<string | null>;
}

// Node finds no named export for it in this CommonJS package.
const { ConfigResourceTypes } = kafkajs;

/** Source of a setting that was made for this topic; other settings come from the broker. */
const ofTheTopic = 1;

interface Found {
  readonly configName: string;
  readonly configValue: string;
  readonly configSource: number;
}

export function wantedSettings({
  retentionMs = null,
  compacted = false,
}: TopicConfiguration): Readonly<Record<string, string>> {
  return {
    // By default brokers delete records after seven days, but a replay needs all of them.
    'retention.ms': String(retentionMs ?? -1),
    'retention.bytes': '-1',
    'cleanup.policy': compacted ? 'compact' : 'delete',
  };
}

export function openTopicSettings(admin: Admin, patience: Patience): TopicSettings {
  const describe = (topics: readonly TopicConfiguration[]) =>
    patiently('reading settings of topics', patience, async () => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: topics.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
      });
      return new Map(
        resources.map(({ resourceName, configEntries }) => [
          resourceName,
          // The package's types lack the source.
          configEntries as unknown as readonly Found[],
        ]),
      );
    });
  return {
    drift: async (topics) => {
      if (topics.length === 0) return new Map();
      const found = await describe(topics);
      const drifts = topics.map(
        (topic) => [topic.name, differences(topic, found.get(topic.name) ?? [])] as const,
      );
      return new Map(drifts.filter(([, differing]) => differing.length > 0));
    },
    ofBroker: (name) =>
      patiently(`reading ${name} of the brokers`, patience, async () => {
        const [broker] = (await admin.describeCluster()).brokers;
        return readSetting(admin, 'BROKER', String(broker?.nodeId ?? 0), name);
      }),
    mend: async (topics) => {
      if (topics.length === 0) return;
      const found = await describe(topics);
      await patiently('changing settings of topics', patience, () =>
        admin.alterConfigs({
          validateOnly: false,
          resources: topics.map((topic) => ({
            type: ConfigResourceTypes.TOPIC,
            name: topic.name,
            configEntries: mended(topic, found.get(topic.name) ?? []),
          })),
        }),
      );
    },
  };
}

/** One setting of a topic or a broker; null when the broker does not tell. */
export async function readSetting(
  admin: Admin,
  of: 'TOPIC' | 'BROKER',
  name: string,
  setting: string,
): Promise<string | null> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes[of], name, configNames: [setting] }],
  });
  const found = resources.flatMap(({ configEntries }) => configEntries);
  return found.find(({ configName }) => configName === setting)?.configValue ?? null;
}

function differences(topic: TopicConfiguration, found: readonly Found[]): SettingDrift[] {
  const values = new Map(found.map(({ configName, configValue }) => [configName, configValue]));
  return Object.entries(wantedSettings(topic)).flatMap(([name, wanted]) => {
    const value = values.get(name) ?? '';
    return value === wanted ? [] : [{ name, found: value, wanted }];
  });
}

function mended(topic: TopicConfiguration, found: readonly Found[]) {
  const kept = found
    .filter(({ configSource }) => configSource === ofTheTopic)
    .map(({ configName, configValue }): [string, string] => [configName, configValue]);
  const settings = new Map([...kept, ...Object.entries(wantedSettings(topic))]);
  return [...settings].map(([name, value]) => ({ name, value }));
}
