/**
 * Runs with search over parts of this repository and installed packages, with the kernel and with
 * the plain model, after a run without search. Processor time of this process with its threads,
 * which is all but the parsers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scorer } from '../../../services/ports/scorer.ts';
import { sections, stages } from '../../../services/registry.ts';
import { systemClock } from '../../../services/runtime/clock.ts';
import { noSources, resolveConfiguration } from '../../../services/runtime/config/resolve.ts';
import { runEmbedded } from '../../../services/runtime/embedded/embedded.ts';
import { openBytesScorer } from '../../../services/scorer/bytes/scorer.ts';
import { openTeacher } from '../../../services/teacher/open.ts';
import { outputHashes } from '../../../test/soak/compare-outputs.ts';
import type { Report } from '../../bench.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = ['services/stages/search', 'services/runtime/store', 'node_modules/commander'];
const threads = 2;

export async function timeRuns(report: Report): Promise<void> {
  const off = await timeRun(null);
  const kernel = await timeRun(undefined);
  const plain = await timeRun(new URL('./plain-worker.ts', import.meta.url));
  if (plain.bytes !== kernel.bytes) throw new Error('the two runs with search are different');
  report({ metric: 'run without search', value: off.seconds, unit: 's' });
  report({
    metric: 'run with search',
    value: kernel.seconds,
    unit: 's',
    baseline: plain.seconds,
  });
}

/** With the scorer's usual threads, with those of another module, or without a scorer. */
async function timeRun(module: URL | null | undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-bytes-'));
  const { values, hash, inputHash } = resolveConfiguration(sections, {
    ...noSources,
    flags: { 'discover.sources': sources.map((each) => join(root, each)) },
  });
  const scorer: Scorer | null =
    module === null ? null : openBytesScorer({ ...values.scorer, threads }, module);
  const before = process.cpuUsage();
  try {
    await runEmbedded({
      outputFolder: folder,
      configuration: values,
      configurationHash: hash,
      inputHash,
      stages,
      teacher: await openTeacher(values.teacher, { apiKey: undefined }, systemClock),
      scorer,
    });
    const { user, system } = process.cpuUsage(before);
    return {
      seconds: (user + system) / 1e6,
      bytes: JSON.stringify([...outputHashes(folder)]),
    };
  } finally {
    await scorer?.close();
    await rm(folder, { recursive: true, force: true });
  }
}
