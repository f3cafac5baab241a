/**
 * The cluster as people run it: one process per stage, joined by a real Kafka and a real schema
 * registry, two of them killed with SIGKILL while they work; and a replay of its data set. I5 and
 * I6: the same samples in the same bytes as one embedded run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StageName } from '../../schemas/topology.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { runClusterGroup } from '../soak/cluster-group.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { startBackstory } from '../soak/start-backstory.ts';

/**
 * Crash points of each stage's first process, which dies when it reaches the point for the second
 * time.
 */
const crashPoints: Partial<Record<StageName, string>> = {
  simulate: 'after-handle',
  flatten: 'after-produce',
};

/** Far longer than the test needs: eight processes start on a machine that other tests load. */
const deadlineMs = 240_000;

describe('cluster of processes', () => {
  let folder: string;
  let servers: Record<string, string>;
  let sources: string[];
  let sets: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-processes-'));
    sources = writeRepositories(join(folder, 'sources'));
    sets = [...smallOutput, `sink.tokenizer=${writeByteTokenizer(folder)}`];
    const cluster = await sharedCluster('kafka', 'registry');
    servers = {
      BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
      BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
      // The shortest session that the broker allows, so that a killed member is noticed sooner.
      BACKSTORY_KAFKA_SESSION_TIMEOUT_MS: '6000',
      BACKSTORY_KAFKA_HEARTBEAT_MS: '500',
    };
  }, clusterStartMsMax);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const embedded = async (dataset: string) => {
    const output = join(folder, `embedded-${dataset}`);
    const run = ['run', ...sources, '--out', output, '--quiet'];
    const knobs = [...sets, `runtime.dataset=${dataset}`].flatMap((set) => ['--set', set]);
    expect(await startBackstory([...run, ...knobs], {}).finished).toMatchObject({ code: 0 });
    return outputHashes(output);
  };
  const original = uniqueName('equal');
  const originalOutput = () => join(folder, 'cluster');

  it('I5, I6: equals the embedded run, byte for byte, with two processes killed', {
    timeout: deadlineMs,
  }, async () => {
    const output = originalOutput();
    const report = await runClusterGroup({
      ...{ sources, dataset: original, output, servers, sets, deadlineMs },
      lifeEnvironment: (stage, life) => {
        const point = life === 0 ? crashPoints[stage] : undefined;
        return point === undefined ? {} : { CRASH_AT: `${stage}:${point}#2` };
      },
    });
    expect(report.killed.toSorted()).toEqual(Object.keys(crashPoints).toSorted());
    expect(differences(await embedded(original), outputHashes(output))).toEqual([]);
    await verifyOutput(output);
  });

  it('I6: a replay from the plan on asks no teacher and makes the same bytes as a run of that data set name', {
    timeout: deadlineMs,
  }, async () => {
    const before = outputHashes(originalOutput());
    const dataset = uniqueName('replayed');
    const output = join(folder, 'replayed');
    const replay = (...more: string[]) => {
      const of = ['--from', 'plan', '--of', original, '--of-out', originalOutput()];
      const to = ['--dataset', dataset, '--out', output];
      const knobs = [...sets, ...more].flatMap((set) => ['--set', set]);
      return startBackstory(['replay', ...of, ...to, ...knobs, '--memo', 'only'], servers).finished;
    };
    expect(await replay()).toMatchObject({ code: 0 });
    expect(differences(await embedded(dataset), outputHashes(output))).toEqual([]);
    await verifyOutput(output);
    expect(differences(before, outputHashes(originalOutput()))).toEqual([]);
    // Repeated, it has nothing to do; with other parameters it is refused.
    expect(await replay()).toMatchObject({ code: 0 });
    const other = await replay('plan.textBytesMax=9999');
    expect(other.code).toBe(2);
    expect(other.output).toContain('OUTPUT_MISMATCH');
  });
});
