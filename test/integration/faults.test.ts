/**
 * The quick half of the fault suite, on the shared broker: a checker that reads topics and shards
 * by itself tests I5 and I6 under each fault. `npm run soak -- faults` runs the whole suite.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterStartMsMax, sharedCluster, uniqueName } from '../samples/servers/cluster.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { allFaults } from '../soak/faults/all-faults.ts';
import { writeSources } from '../soak/faults/sources.ts';
import { tryFault } from '../soak/faults/try-fault.ts';

const sourceCount = 12;
const sessionTimeoutMs = 3000;
/**
 * Far longer than the test needs: processes restart again and again on a machine that other tests
 * load.
 */
const deadlineMs = 240_000;
const seed = 1;

describe('faults', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-faults-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(allFaults.filter((fault) => fault.quick))(
    'I5, I6: $name',
    {
      timeout: deadlineMs + clusterStartMsMax,
    },
    async (fault) => {
      const cluster = await sharedCluster('kafka', 'registry');
      const report = await tryFault({
        ...{ fault, seed, folder, sessionTimeoutMs, deadlineMs },
        servers: { cluster, proxy: null, disks: null, redis: null },
        dataset: uniqueName('fault'),
        sources: writeSources(join(folder, 'sources'), sourceCount),
        sets: [...smallOutput, `sink.tokenizer=${writeByteTokenizer(folder)}`],
      });
      expect(report.problems).toEqual([]);
      expect(report).toMatchObject({ lost: 0, duplicated: 0 });
      expect(report.tried).toBeGreaterThan(0);
    },
  );
});
