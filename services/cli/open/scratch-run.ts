/**
 * A run of the whole graph in a folder that is thrown away: what it would ask is what counts. It
 * has the same prompts as a real run, because it is one, with a teacher that makes no calls.
 */
import { rm } from 'node:fs/promises';
import type { Scorer } from '../../ports/scorer.ts';
import type { Teacher } from '../../ports/teacher.ts';
import { type RunSummary, stages } from '../../registry.ts';
import { runEmbedded } from '../../runtime/embedded/embedded.ts';
import type { Memo } from '../../runtime/memo/memo.ts';
import { makeFolder } from '../../runtime/store/make-folder.ts';
import type { CommandContext } from '../context.ts';
import { openConfiguredHost } from './code-host.ts';
import type { LoadedConfiguration } from './settings.ts';

export interface ScratchRun {
  /** Made for the run and removed after it. */
  readonly folder: string;
  readonly teacher: Teacher;
  readonly scorer: Scorer | null;
  readonly memo?: Memo;
}

/** What is left out waits for a batch, and is no sign that something is wrong. */
const patient = { retriesMax: 0, metricsPort: null, memo: 'use' as const };

export async function runScratch(
  context: CommandContext,
  { values, hash, inputHash }: LoadedConfiguration,
  { folder, teacher, scorer, memo }: ScratchRun,
): Promise<RunSummary> {
  await rm(folder, { recursive: true, force: true });
  makeFolder(folder);
  try {
    return await runEmbedded({
      outputFolder: folder,
      configuration: { ...values, runtime: { ...values.runtime, ...patient } },
      configurationHash: hash,
      inputHash,
      stages,
      teacher,
      scorer,
      codeHost: openConfiguredHost(context, values),
      redactor: context.redactor,
      signal: context.signal,
      ...(memo === undefined ? {} : { memo }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
