/**
 * Tokens per second that one process gets from the feed, beside a bare mapped read of the same
 * shards, Mosaic Streaming and LitData; and the time to the first batch after manifests of any
 * length. The first run installs the two with PyTorch, 6 GB.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWithLoaders } from '../../../test/samples/installed/python-environment.ts';
import type { Report } from '../../bench.ts';
import { measure } from '../python/measure.ts';
import { writeManifest, writeOutput } from './outputs.ts';

const shards = 60;
const manifestEntries = [10, 1_000, 100_000, 1_000_000];
const program = fileURLToPath(new URL('measure.py', import.meta.url));

export async function run(report: Report): Promise<void> {
  const python = await pythonWithLoaders();
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bench-'));
  try {
    const out = join(folder, 'out');
    await writeOutput(out, shards);
    const manifests: string[] = [];
    for (const entries of manifestEntries) {
      const path = join(folder, `manifest-${entries}`);
      await writeManifest(path, entries);
      manifests.push(path);
    }
    const parameters = [out, ...manifests];
    await measure({ python, program, parameters, packages: ['services/feed'] }, report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
