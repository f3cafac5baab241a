/**
 * `doctor --cluster` on real servers: what it says of a data set is true, it looks at the output
 * that was named, and it creates nothing. `/readyz`, a process that starts, and a replay say the
 * same of a log that lost records.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import '../../services/runtime/bus/kafka/guard.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { physicalTopic } from '../../schemas/topology.ts';
import { freePort } from '../../scripts/cluster/ports.ts';
import { clusterChecks } from '../../services/cli/commands/doctor/cluster.ts';
import { openStreams } from '../../services/cli/context.ts';
import { loadClusterConfiguration } from '../../services/cli/open/connections.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { shiftedClock } from '../samples/servers/shifted-clock.ts';
import { runLine } from '../services/cli/terminal.ts';
import { startBackstory } from '../soak/start-backstory.ts';

/** Far longer than it takes: other tests load the machine. */
const waitMsMax = 240_000;

describe('doctor of a cluster', () => {
  let folder: string;
  let kafka: Kafka;
  let admin: Admin;
  let registry: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-doctor-'));
    const cluster = await sharedCluster('kafka', 'registry');
    const brokers = cluster.address('kafka');
    registry = cluster.address('registry');
    environment = {
      BACKSTORY_KAFKA_BROKERS: brokers,
      BACKSTORY_SCHEMA_REGISTRY_URL: registry,
    };
    kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
  }, clusterStartMsMax);
  afterAll(async () => {
    await admin.disconnect();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...words: string[]) => runLine(words, { environment, workingFolder: folder });
  const apply = async (dataset: string) => {
    expect(await run('topics', 'apply', '--dataset', dataset)).toMatchObject({ exitCode: 0 });
  };
  /** The problems that it finds, by check; null where all is well. */
  const problems = async (dataset: string, out = join(folder, 'nowhere')) => {
    const context = {
      ...openStreams(process.stdout, process.stderr, environment),
      ...{ workingFolder: folder, signal: new AbortController().signal },
    };
    const { values } = await loadClusterConfiguration(context, { dataset });
    const found: Record<string, string | null> = {};
    for (const [name, check] of clusterChecks(context, values, out)) {
      found[name] = (await check()).problem;
    }
    return found;
  };
  const ask = (path: string, method: string, body?: unknown) =>
    fetch(`${registry}${path}`, {
      method,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const send = async (topic: string, count: number) => {
    const producer = kafka.producer();
    await producer.connect();
    const messages = Array.from({ length: count }, () => ({ key: 'k', value: 'no record' }));
    const [sent] = await producer.send({ topic, messages });
    await producer.disconnect();
    return sent?.partition ?? 0;
  };
  const serve = (stage: string, dataset: string, ...more: string[]) => {
    const place = ['--dataset', dataset, '--out', join(folder, dataset)];
    return startBackstory(['serve', stage, ...place, ...more], environment);
  };

  it('creates nothing, and says what is missing', { timeout: waitMsMax }, async () => {
    const dataset = uniqueName('unborn');
    const before = (await admin.listTopics()).length;
    const found = await problems(dataset, join(folder, 'unborn', 'deep'));
    expect(found).toMatchObject({
      kafka: expect.stringMatching(/and \d+ more missing: run `backstory topics apply/),
      registry: expect.stringContaining('missing'),
      ...{ retention: null, log: null, groups: null, clock: null, redis: null, store: null },
    });
    expect((await admin.listTopics()).length).toBe(before);
    expect(JSON.stringify(await (await ask('/subjects', 'GET')).json())).not.toContain(dataset);
    expect(existsSync(join(folder, 'unborn'))).toBe(false);
  });

  it('finds nothing wrong with what `topics apply` has made', { timeout: waitMsMax }, async () => {
    const dataset = uniqueName('sound');
    await apply(dataset);
    expect(new Set(Object.values(await problems(dataset)))).toEqual(new Set([null]));
  });

  it('names settings by which topics lose records, and another data set in the output', {
    timeout: waitMsMax,
  }, async () => {
    const dataset = uniqueName('short');
    await apply(dataset);
    const name = physicalTopic(dataset, 'repo-plan');
    const configEntries = [
      { name: 'retention.ms', value: '604800000' },
      { name: 'retention.bytes', value: '1000000' },
    ];
    const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
    const objects = openLocalObjects(join(folder, 'other'));
    await objects.create('run.json', Buffer.from(JSON.stringify({ dataset: 'another' })));
    expect(await problems(dataset, join(folder, 'other'))).toMatchObject({
      retention: `topic ${name} can lose records: retention.ms is 604800000, not -1, retention.bytes is 1000000, not -1: run \`backstory topics apply --dataset ${dataset}\``,
      store: expect.stringContaining(`holds data set another, not ${dataset}`),
    });
    await apply(dataset);
    expect(await problems(dataset)).toMatchObject({ retention: null });
  });

  it('names a loose compatibility and a foreign schema, with what to do; so do plan and serve', {
    timeout: waitMsMax,
  }, async () => {
    const dataset = uniqueName('foreign');
    await apply(dataset);
    const subject = `${dataset}--repo-found-value`;
    await ask(`/config/${subject}`, 'PUT', { compatibility: 'NONE' });
    expect((await problems(dataset)).registry).toContain(`${subject} is NONE, not BACKWARD`);
    const other = { type: 'record', name: 'Other', fields: [{ name: 'x', type: 'int' }] };
    const made = await ask(`/subjects/${subject}/versions`, 'POST', {
      schema: JSON.stringify(other),
    });
    expect(made.status).toBe(200);
    const advice = /version 2, .* is a schema of Other, not of .*RepoFound: another program/;
    expect((await problems(dataset)).registry).toMatch(advice);
    const plan = await run('topics', 'plan', '--dataset', dataset);
    expect(plan.exitCode).toBe(1);
    expect(plan.out).toMatch(advice);
    const { code, output } = await serve('admit', dataset).finished;
    expect(code, output).toBe(2);
    expect(output).toMatch(advice);
    expect(output).not.toContain('update the program');
    await ask(`/subjects/${subject}/versions/2`, 'DELETE');
    await apply(dataset);
    expect(await problems(dataset)).toMatchObject({ registry: null });
  });

  it('I11: says that records are gone; so do /readyz, a process that starts, and a replay', {
    timeout: 2 * waitMsMax,
  }, async () => {
    const dataset = uniqueName('gone');
    await apply(dataset);
    const topic = physicalTopic(dataset, 'repo-found');
    expect(await run('pause', 'admit', '--dataset', dataset)).toMatchObject({ exitCode: 0 });
    const port = await freePort();
    const running = serve('admit', dataset, '--set', `runtime.metricsPort=${port}`);
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        () => ({ status: 0, text: '' }),
      );
    const poll = { timeout: waitMsMax, interval: 500 };
    await expect.poll(ready, poll).toMatchObject({ status: 200 });
    const partition = await send(topic, 7);
    // It deletes only in topics that it knows.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '3' }] });
    const said = `${topic}/${partition} begins at offset 3, but its reader stands at 0: 3 records were deleted`;
    // Its consumer finds it too: then the process ends, sometimes before it is asked again.
    const told = () => (running.child.exitCode === null ? ready() : running.finished);
    await expect
      .poll(told, poll)
      .toSatisfy((answer: Awaited<ReturnType<typeof told>>) =>
        'text' in answer
          ? answer.status === 503 && answer.text.includes(said)
          : answer.code === 2 && answer.output.includes(said),
      );
    running.child.kill('SIGKILL');
    await running.finished;
    expect((await problems(dataset)).log).toContain(`LOG_TRUNCATED at admit: ${said}`);
    const again = await serve('admit', dataset).finished;
    expect(again).toMatchObject({ code: 2, output: expect.stringContaining(said) });
    expect(again.output).not.toContain('nothing is lost');
    const replay = await startBackstory(
      [
        ...['replay', '--from', 'admit', '--of', dataset, '--of-out', join(folder, dataset)],
        ...['--dataset', uniqueName('replayed'), '--out', join(folder, 'replayed')],
      ],
      environment,
    ).finished;
    expect(replay).toMatchObject({ code: 2, output: expect.stringContaining('LOG_TRUNCATED') });
    expect(replay.output).toContain('repo-found: 4 of 7 records are there');
  });

  it.each([48, -48])(
    'a clock %i hours off is named by the process that has it',
    {
      timeout: waitMsMax,
    },
    async (hours) => {
      const dataset = uniqueName('clock');
      await apply(dataset);
      const place = ['--dataset', dataset, '--out', join(folder, dataset)];
      const { code, output } = await startBackstory(['serve', 'admit', ...place], {
        ...environment,
        ...shiftedClock(hours),
      }).finished;
      expect(code, output).toBe(2);
      expect(output).toMatch(/CLOCK_SKEWED: the clock of this machine shows 20/);
    },
  );
});
