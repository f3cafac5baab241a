/**
 * `npm run soak -- cluster [--kills 8] [--seed 1] [--every 8] SOURCE…`: one embedded run, then a
 * cluster of one process per stage on real servers over the same input, with SIGKILL of a random
 * stage process every few seconds. The outputs must be equal, byte for byte, and verify.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster } from '../../scripts/cluster/cluster.ts';
import { seededRandom } from '../simulation/random.ts';
import { runClusterGroup } from './cluster-group.ts';
import { differences, outputHashes } from './compare-outputs.ts';
import { runBackstory } from './start-backstory.ts';

const freePorts = { kafkaPort: 0, kafkaControllerPort: 0, registryPort: 0, redisPort: 0 };
const deadlineMs = 3_600_000;

export async function run(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      kills: { type: 'string', default: '8' },
      seed: { type: 'string', default: '1' },
      every: { type: 'string', default: '8' },
    },
  });
  const sources = positionals.length > 0 ? positionals : ['.'];
  const folder = mkdtempSync(join(tmpdir(), 'backstory-cluster-soak-'));
  const cluster = await startCluster({
    ...freePorts,
    folder: join(folder, 'servers'),
    parts: ['kafka', 'registry'],
  });
  try {
    const embedded = join(folder, 'embedded');
    const dataset = 'soak';
    const run = ['run', ...sources, '--out', embedded, '--quiet'];
    const single = await runBackstory([...run, '--set', `runtime.dataset=${dataset}`]);
    if (single.code !== 0) throw new Error(`exit ${single.code}: ${single.output}`);
    const output = join(folder, 'cluster');
    const report = await runClusterGroup({
      ...{ sources, dataset, output, sets: [], deadlineMs },
      servers: {
        BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
        BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
      },
      randomKills: {
        count: Number(values.kills),
        everyMs: Number(values.every) * 1000,
        random: seededRandom(Number(values.seed)),
      },
    });
    const different = differences(outputHashes(embedded), outputHashes(output));
    const verified = await runBackstory(['verify', output]);
    const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
    console.log(
      `${sources.length} sources: embedded ${seconds(single.wallMs)}, cluster ${seconds(report.wallMs)} in ` +
        `${report.lives} processes, ${report.killed.length} killed (${report.killed.join(', ')}; seed ${values.seed}): ` +
        `${different.length === 0 ? 'identical bytes' : `DIFFERENT: ${different.join(', ')}`}, verify exit ${verified.code}`,
    );
    return different.length === 0 && verified.code === 0;
  } finally {
    await cluster.down();
    rmSync(folder, { recursive: true, force: true });
  }
}
