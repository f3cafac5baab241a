/**
 * Redis dies and comes back empty under a data set of two processes that pay for answers. Nothing
 * is lost: calls wait, /readyz says why, the budget holds, and every answer is paid for once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../scripts/cluster/cluster.ts';
import { startCluster } from '../../scripts/cluster/cluster.ts';
import { freePort } from '../../scripts/cluster/ports.ts';
import { clusterChecks } from '../../services/cli/commands/doctor/cluster.ts';
import { type CommandContext, openStreams } from '../../services/cli/context.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { sections } from '../../services/registry.ts';
import { noSources, resolveConfiguration } from '../../services/runtime/config/resolve.ts';
import {
  clusterStartMsMax,
  sharedCluster,
  smallCluster,
  uniqueName,
} from '../samples/servers/cluster.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { startBackstory } from '../soak/start-backstory.ts';

const deadlineMs = 180_000;

describe('a cluster that pays, and its Redis', () => {
  const dataset = uniqueName('paying');
  let folder: string;
  let sources: string[];
  let redis: Cluster;
  let teacher: FakeOpenAi;
  let servers: Record<string, string>;
  const started: ReturnType<typeof startBackstory>[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-redis-'));
    sources = writeRepositories(join(folder, 'sources'));
    teacher = await startFakeOpenAi({ model: 'fake-model', delayMs: 150 });
    const shared = await sharedCluster('kafka', 'registry');
    redis = await startCluster({
      ...smallCluster,
      folder: join(folder, 'servers'),
      parts: ['redis'],
    });
    servers = {
      BACKSTORY_KAFKA_BROKERS: shared.address('kafka'),
      BACKSTORY_SCHEMA_REGISTRY_URL: shared.address('registry'),
      BACKSTORY_REDIS_URL: redis.address('redis'),
      BACKSTORY_REDIS_TIMEOUT_MS: '500',
      BACKSTORY_RUNTIME_LOG_LEVEL: 'info',
    };
  }, clusterStartMsMax);
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await teacher.close();
    await redis.down();
    rmSync(folder, { recursive: true, force: true });
  });

  const knobs = (...more: string[]) =>
    [
      ...smallOutput,
      ...more,
      `sink.tokenizer=${writeByteTokenizer(folder)}`,
      `runtime.dataset=${dataset}`,
      'teacher.kind=openai',
      'teacher.model=fake-model',
      `teacher.baseUrl=${teacher.baseUrl}`,
    ].flatMap((set) => ['--set', set]);
  const start = (parameters: readonly string[]) => {
    const process = startBackstory(parameters, servers);
    started.push(process);
    return process;
  };
  const serve = (parameters: readonly string[], port: number, callsMax: number) =>
    start([
      ...['serve', ...parameters, '--bounded', '--out', join(folder, 'cluster')],
      ...['--state', join(folder, `state-${port}`)],
      ...knobs(`runtime.metricsPort=${port}`, `teacher.callsMax=${callsMax}`),
    ]);
  const readiness = async (port: number) => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    return { status: response?.status ?? 0, text: (await response?.text()) ?? '' };
  };

  it('waits for Redis, survives a flush, and pays for every answer once', {
    timeout: deadlineMs,
  }, async () => {
    const embedded = start([
      'run',
      ...sources,
      '--out',
      join(folder, 'run'),
      '--quiet',
      ...knobs(),
    ]);
    expect(await embedded.finished).toMatchObject({ code: 0 });
    const callsOfOneProcess = teacher.requests.length;
    expect((await start(['topics', 'apply', '--dataset', dataset]).finished).code).toBe(0);
    // Exactly as many calls as both processes need together.
    const [a, b] = [await freePort(), await freePort()];
    const all = serve(['all', ...sources], a, callsOfOneProcess);
    const helper = serve(['plan', 'simulate', 'search'], b, callsOfOneProcess);
    const asked = () => teacher.requests.length - callsOfOneProcess;
    await expect.poll(asked, { timeout: deadlineMs, interval: 100 }).toBeGreaterThan(2);
    await redis.signal('redis', 'SIGKILL');
    for (const port of [a, b]) {
      await expect
        .poll(() => readiness(port), { timeout: deadlineMs, interval: 500 })
        .toMatchObject({ status: 503, text: expect.stringContaining('redis') });
    }
    const askedWhenGone = asked();
    await delay(1000);
    expect(asked()).toBe(askedWhenGone);
    expect(askedWhenGone).toBeLessThan(callsOfOneProcess);
    await redis.start('redis');
    const client = new Redis(redis.address('redis'));
    await client.flushall();
    client.disconnect();
    const [first, second] = await Promise.all([all.finished, helper.finished]);
    expect(first.output).toContain('redis is gone');
    expect([first.code, second.code], first.output + second.output).toEqual([0, 0]);
    expect(asked()).toBe(callsOfOneProcess);
    expect(
      differences(outputHashes(join(folder, 'run')), outputHashes(join(folder, 'cluster'))),
    ).toEqual([]);
    await verifyOutput(join(folder, 'cluster'));
  });

  it('doctor reports a Redis that does not answer', { timeout: deadlineMs }, async () => {
    const { values } = resolveConfiguration(sections, { ...noSources, environment: servers });
    const context: CommandContext = {
      ...openStreams(process.stderr, process.stderr, servers),
      workingFolder: folder,
      signal: new AbortController().signal,
    };
    const checks = new Map(clusterChecks(context, values, join(folder, 'cluster')));
    const problem = async () => (await checks.get('redis')?.())?.problem;
    expect(await problem()).toBeNull();
    await redis.stop('redis');
    expect(await problem()).toContain('does not answer');
  });
});
