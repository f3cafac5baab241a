/**
 * A live data set on a real broker and registry, operated as people do it: probes, a pause,
 * unreadable records, dead letters that are listed, retried and dropped, a graceful stop.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareText } from '../../schemas/compare-text.ts';
import { graph, physicalTopic } from '../../schemas/topology.ts';
import { freePort } from '../../scripts/cluster/ports.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import type { Bus } from '../../services/runtime/bus/bus.ts';
import { kafkaKnobs } from '../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../services/runtime/bus/kafka/kafka-bus.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { type Finished, startBackstory } from '../soak/start-backstory.ts';

/** Longest wait for anything; reaching it fails the test. */
const waitMsMax = 90_000;

describe('operating a live cluster', () => {
  const dataset = uniqueName('live');
  let folder: string;
  let sources: string[];
  let servers: Record<string, string>;
  let bus: Bus;
  let port: number;
  let process: { child: ChildProcess; finished: Promise<Finished> };

  const backstory = async (...parameters: string[]) => {
    const { code, output } = await startBackstory([...parameters, '--dataset', dataset], servers)
      .finished;
    expect(output, parameters.join(' ')).not.toContain('error ');
    expect(code, output).toBe(0);
    return output;
  };
  const json = async (...parameters: string[]) =>
    JSON.parse(await backstory(...parameters, '--json')) as Record<string, unknown>[];
  const waitFor = (condition: () => Promise<unknown>) =>
    expect.poll(condition, { timeout: waitMsMax, interval: 500 }).toBeTruthy();
  const recordsOf = async (topic: string) =>
    (await bus.endOffsets(physicalTopic(dataset, topic))).reduce((sum, end) => sum + end, 0);
  const readiness = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      async (response) => ({ status: response.status, ...((await response.json()) as object) }),
      () => ({ status: 0 }),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-live-'));
    sources = writeRepositories(join(folder, 'sources'));
    const cluster = await sharedCluster('kafka', 'registry');
    const brokers = cluster.address('kafka');
    servers = {
      BACKSTORY_KAFKA_BROKERS: brokers,
      BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
    };
    bus = await openKafkaBus({
      settings: kafkaKnobs.parse({ brokers }),
      secrets: { username: undefined, password: undefined },
      log: null,
    });
    port = await freePort();
  }, clusterStartMsMax);
  afterAll(async () => {
    process?.child.kill('SIGKILL');
    await bus.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('plans topics, applies the plan, and then has nothing to do', {
    timeout: waitMsMax,
  }, async () => {
    const before = await json('topics', 'plan');
    expect(new Set(before.map((step) => step.action))).toEqual(new Set(['create']));
    await backstory('topics', 'apply');
    const after = await json('topics', 'plan');
    expect(new Set(after.map((step) => step.action))).toEqual(new Set(['keep']));
    expect(after.length).toBe(before.length);
  });

  it('holds a paused stage, and lets it continue on resume', {
    timeout: 2 * waitMsMax,
  }, async () => {
    await backstory('pause', 'extract');
    const sets = [
      ...smallOutput,
      `sink.tokenizer=${writeByteTokenizer(folder)}`,
      'sink.quietMs=1000',
      `runtime.metricsPort=${port}`,
    ].flatMap((set) => ['--set', set]);
    const place = ['--dataset', dataset, '--out', join(folder, 'out')];
    process = startBackstory(['serve', 'all', ...sources, ...place, ...sets], servers);
    const [waiting = ''] = graph.extract.reads;
    await waitFor(async () => (await recordsOf(waiting)) === 3);
    const around = new Set<unknown>(['admit', 'extract', 'plan']);
    expect((await json('lag')).filter(({ stage }) => around.has(stage))).toMatchObject([
      { stage: 'admit', paused: false, unfinished: 0 },
      { stage: 'extract', paused: true, unfinished: 3 },
      { stage: 'plan', paused: false, unfinished: 0 },
    ]);
    expect(await recordsOf('repo-structure')).toBe(0);
    await backstory('resume', 'extract');
    await waitFor(async () => (await recordsOf('trajectory')) === 3);
    await waitFor(async () => (await recordsOf('shard-sealed')) > 0);
  });

  it('answers probes and serves metrics', { timeout: waitMsMax }, async () => {
    await waitFor(async () => (await readiness()).status === 200);
    const { partitions } = (await readiness()) as unknown as { partitions: object };
    expect(partitions).toMatchObject({ discover: null, admit: 12, sink: 25 });
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(health.status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const labels = `stage="flatten",ended="emitted",dataset="${dataset}"`;
    expect(metrics).toContain(`backstory_records_total{${labels}} 3`);
  });

  it('makes dead letters of unreadable records, and continues', {
    timeout: waitMsMax,
  }, async () => {
    const topic = physicalTopic(dataset, 'repo-found');
    const unknownSchema = Buffer.from([0, 0, 30, 0, 0, 1, 2, 3]);
    await bus.produce([
      { topic, key: 'poison', value: Buffer.from('no frame at all') },
      { topic, key: 'stranger', value: unknownSchema },
    ]);
    await waitFor(async () => (await recordsOf('repo-found-dead')) === 2);
    // They lie in two partitions, so either may come first.
    const letters = (await json('dlq', 'list')).sort((a, b) =>
      compareText(String(a['repositoryId']), String(b['repositoryId'])),
    );
    expect(letters).toMatchObject([
      { repositoryId: 'poison', reason: 'RECORD_INVALID', status: 'waiting', stage: 'admit' },
      { repositoryId: 'stranger', reason: 'RECORD_INVALID', status: 'waiting' },
    ]);
    const [poison, stranger] = letters.map(({ id }) => String(id)) as [string, string];
    const shown = JSON.parse(await backstory('dlq', 'show', stranger)) as Record<string, unknown>;
    expect(shown).toMatchObject({ payloadBase64: unknownSchema.toString('base64') });
    await backstory('dlq', 'drop', poison);
    await backstory('dlq', 'retry', stranger);
    // It fails again, and waits again under the same id: only the record's offset has changed.
    await waitFor(async () => (await recordsOf('repo-found-dead')) === 3);
    const all = await json('dlq', 'list', '--all');
    expect(all.map(({ repositoryId, status }) => [repositoryId, status]).sort()).toEqual([
      ['poison', 'dropped'],
      ['stranger', 'retried'],
      ['stranger', 'waiting'],
    ]);
  });

  it('takes further sources while it runs: a folder, and a list to which lines are added', {
    timeout: 2 * waitMsMax,
  }, async () => {
    const [fourth, fifth, sixth] = ['fourth', 'fifth', 'sixth'].map((name) => {
      const place = join(folder, 'more', name);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, `${name}.py`), `def ${name}():\n    return "${name}"\n`);
      return place;
    }) as [string, string, string];
    const written = (count: number) =>
      waitFor(async () => (await recordsOf('trajectory')) === count);
    expect(await backstory('add', fourth)).toContain(`added to data set ${dataset}: 1 source`);
    await written(4);
    const list = join(folder, 'more', 'list.txt');
    writeFileSync(list, `# of today\n${fifth}\n`);
    await backstory('add', `@${list}`);
    await written(5);
    // The list is read again when it is added again, and brings what is new in it alone.
    writeFileSync(list, `${fifth}\n${sixth}\n${fourth}\n`);
    await backstory('add', `@${list}`);
    await written(6);
    const isIdle = async () => (await json('lag')).every(({ unfinished }) => unfinished === 0);
    await waitFor(isIdle);
  });

  it('stops gracefully on SIGTERM: everything committed, exit 0', {
    timeout: waitMsMax,
  }, async () => {
    globalThis.process.kill(process.child.pid as number, 'SIGTERM');
    const { code, output } = await process.finished;
    expect(output).toContain('stopped');
    expect(code).toBe(0);
    // Trajectories are in shards; every other stage has finished all of its records.
    expect((await json('lag')).map(({ unfinished }) => unfinished)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await verifyOutput(join(folder, 'out'))).toMatchObject({ samples: 6, closed: false });
  });
});
