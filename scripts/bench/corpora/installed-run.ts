/**
 * A run as the command does it, over this repository and packages that ship hand-written sources,
 * together as much as this one. They are installed anyway, so no network is used.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunOptions, runSources } from '../../../services/cli/commands/run.ts';
import { type CommandContext, openStreams } from '../../../services/cli/context.ts';
import type { RunSummary } from '../../../services/registry.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packages = ['commander', 'pino', 'avsc', 'tar-stream', 'prom-client'];

/** Returns what `use` makes of the output, which is removed after it. */
export async function runInstalled<Result>(
  options: Omit<RunOptions, 'out' | 'quiet'>,
  use: (out: string, summary: RunSummary) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bench-'));
  const context: CommandContext = {
    ...openStreams(process.stdout, process.stderr, {}),
    workingFolder: folder,
    signal: new AbortController().signal,
  };
  const installed = packages.map((name) => join(root, 'node_modules', name)).filter(existsSync);
  try {
    const out = join(folder, 'out');
    const { summary } = await runSources(context, [root, ...installed], {
      ...options,
      out,
      quiet: true,
    });
    return await use(out, summary);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
