/**
 * Tokens per second that one process gets from the feed, beside a bare mapped read of the same
 * shards, Mosaic Streaming and LitData; and the time to the first batch after manifests of any
 * length. The first run installs the two with PyTorch, 6 GB.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pythonWithLoaders } from '../../test/samples/installed/python-environment.ts';
import type { Figure, Report } from '../bench.ts';
import { writeManifest, writeOutput } from './feed/outputs.ts';

const shards = 60;
const manifestEntries = [10, 1_000, 100_000, 1_000_000];
const program = fileURLToPath(new URL('feed/measure.py', import.meta.url));
const sources = fileURLToPath(new URL('../../services/feed', import.meta.url));

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
    await measure(python, [out, ...manifests], report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(python: string, parameters: string[], report: Report): Promise<void> {
  const child = spawn(python, [program, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: sources },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) report(JSON.parse(line) as Figure);
  }
  if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.exitCode}`);
}
