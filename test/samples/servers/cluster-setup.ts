/**
 * One folder per test run for real servers. Nothing starts here: the first test that needs a server
 * starts it (test/samples/servers/cluster.ts), later ones share it, and the end of the run stops all.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { down } from '../../../scripts/cluster/cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    clusterFolder: string;
  }
}

export function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-cluster-'));
  project.provide('clusterFolder', folder);
  return async () => {
    await down(folder);
    rmSync(folder, { recursive: true, force: true });
  };
}
