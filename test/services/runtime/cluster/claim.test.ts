/** A store holds one data set; who would mix two is told what differs, in a person's words. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ClusterFile, claimDataset } from '../../../../services/runtime/cluster/claim.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-claim-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = { format: 1, runId: 'r', configurationHash: 'c', dataset: 'd', seed: 1 } as const;

test.each<[Partial<ClusterFile>, string]>([
  [{ bounded: false }, 'another kind (--bounded or live); choose'],
  [{ runId: 's', configurationHash: 'b' }, 'another configuration; choose'],
  [{ dataset: 'e', seed: 2 }, 'another name (--dataset), seed; choose'],
])('%j is refused', async (change, told) => {
  const objects = openLocalObjects(folder);
  await claimDataset(objects, { ...file, bounded: true });
  await expect(claimDataset(objects, { ...file, bounded: true, ...change })).rejects.toThrow(told);
});
