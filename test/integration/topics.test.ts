/**
 * `topics plan|apply` on a real broker and registry: changed settings are found and corrected
 * without touching others; what cannot be corrected is refused before anything is created.
 */
import { tmpdir } from 'node:os';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import '../../services/runtime/bus/kafka/guard.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlTopic, deadLetterTopic, physicalTopic } from '../../schemas/topology.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { runLine } from '../services/cli/terminal.ts';

describe('topics of a data set', () => {
  let admin: Admin;
  let environment: Record<string, string>;

  beforeAll(async () => {
    const cluster = await sharedCluster('kafka', 'registry');
    const brokers = cluster.address('kafka');
    environment = {
      BACKSTORY_KAFKA_BROKERS: brokers,
      BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
    };
    admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  }, clusterStartMsMax);
  afterAll(() => admin.disconnect());

  it('corrects retention and compaction that drifted, and leaves other settings alone', async () => {
    const dataset = uniqueName('drift');
    expect((await topics('apply', dataset)).exitCode).toBe(0);
    const [found, control] = ['repo-found', controlTopic].map((topic) =>
      physicalTopic(dataset, topic),
    ) as [string, string];
    expect(await settingsOf(control)).toMatchObject({ 'cleanup.policy': 'compact' });
    await change(found, { 'retention.ms': '604800000', 'max.message.bytes': '2000000' });
    await change(control, { 'cleanup.policy': 'delete' });
    await expect.poll(() => settingsOf(control)).toMatchObject({ 'cleanup.policy': 'delete' });
    const { exitCode, steps } = await topics('plan', dataset);
    expect(exitCode).toBe(0);
    const changes = steps.filter(({ action }) => action !== 'keep');
    expect(changes).toMatchObject([
      { name: found, action: 'change', detail: 'retention.ms is 604800000, not -1' },
      { name: control, action: 'change', detail: expect.stringContaining('not compact') },
    ]);
    expect((await topics('apply', dataset)).exitCode).toBe(0);
    // The broker answers before its own view of the settings has followed.
    await expect
      .poll(() => settingsOf(found))
      .toMatchObject({
        'retention.ms': '-1',
        'max.message.bytes': '2000000',
      });
    await expect.poll(() => settingsOf(control)).toMatchObject({ 'cleanup.policy': 'compact' });
    const after = await topics('plan', dataset);
    expect(new Set(after.steps.map(({ action }) => action))).toEqual(new Set(['keep']));
  });

  it.each([3, 24])(
    'refuses a topic with %i partitions, and creates nothing',
    async (partitions) => {
      const dataset = uniqueName('shape');
      const name = physicalTopic(dataset, 'repo-found');
      const topic = { topic: name, numPartitions: partitions };
      await admin.createTopics({ waitForLeaders: false, topics: [topic] });
      await expect.poll(() => admin.listTopics()).toContain(name);
      const planned = await topics('plan', dataset);
      expect(planned.exitCode).toBe(1);
      expect(planned.steps.find((step) => step.name === name)).toMatchObject({
        action: 'refuse',
        detail: expect.stringContaining(`has ${partitions} partitions, not 12`),
      });
      const applied = await run('topics', 'apply', '--dataset', dataset);
      expect(applied.exitCode).toBe(2);
      expect(applied.err).toContain('CONFIG_INVALID');
      const made = (await admin.listTopics()).filter((topic) => topic.startsWith(`${dataset}--`));
      expect(made).toEqual([name]);
      expect(made).not.toContain(physicalTopic(dataset, deadLetterTopic('repo-found')));
    },
  );

  const run = (...words: string[]) => runLine(words, { environment, workingFolder: tmpdir() });

  async function topics(verb: 'plan' | 'apply', dataset: string) {
    const { exitCode, out } = await run('topics', verb, '--dataset', dataset, '--json');
    return { exitCode, steps: JSON.parse(out) as { name: string; action: string }[] };
  }

  async function settingsOf(name: string): Promise<Record<string, string>> {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name }],
    });
    const entries = resources[0]?.configEntries ?? [];
    return Object.fromEntries(entries.map((entry) => [entry.configName, entry.configValue]));
  }

  async function change(name: string, settings: Record<string, string>): Promise<void> {
    const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
  }
});
