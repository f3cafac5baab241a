/**
 * The cluster as people run it: one process per stage, joined by a real Kafka and a real schema
 * registry, two of them killed with SIGKILL on the way. I5 and I6: the same samples in the same
 * bytes as one embedded run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runClusterGroup, startBackstory } from '../../scripts/soak/cluster-group.ts';
import { differences, outputHashes } from '../../scripts/soak/compare-outputs.ts';
import { verifyOutput } from '../../services/cli/verify.ts';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/cluster.ts';
import { seededRandom } from '../simulation/random.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';

/** Far above what it takes: eight processes start on a machine that other tests load. */
const deadlineMs = 240_000;

describe('cluster of processes', () => {
  let folder: string;
  let servers: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-processes-'));
    const cluster = await sharedCluster('kafka', 'registry');
    servers = {
      BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
      BACKSTORY_REGISTRY_URL: cluster.address('registry'),
      // A killed member is missed sooner; the broker allows no less.
      BACKSTORY_KAFKA_SESSION_TIMEOUT_MS: '6000',
      BACKSTORY_KAFKA_HEARTBEAT_MS: '500',
    };
  }, clusterStartMsMax);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'I5, I6: equals the embedded run, byte for byte, with two of them killed',
    async () => {
      const sources = writeRepositories(join(folder, 'sources'));
      const sets = [...smallOutput, `sink.tokenizer=${writeByteTokenizer(folder)}`];
      const dataset = uniqueName('equal');
      const embedded = join(folder, 'embedded');
      const run = ['run', ...sources, '--out', embedded, '--quiet'];
      const knobs = [...sets, `runtime.dataset=${dataset}`].flatMap((set) => ['--set', set]);
      expect(await startBackstory([...run, ...knobs], {}).finished).toMatchObject({ code: 0 });
      const output = join(folder, 'cluster');
      const report = await runClusterGroup({
        ...{ sources, dataset, output, servers, sets, deadlineMs },
        kills: 2,
        killEveryMs: 4000,
        random: seededRandom(1),
      });
      expect(report.killed.length).toBe(2);
      expect(differences(outputHashes(embedded), outputHashes(output))).toEqual([]);
      await verifyOutput(output);
    },
    deadlineMs,
  );
});
