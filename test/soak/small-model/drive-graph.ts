/** The whole graph with a small language model behind an address as teacher, with JSON schema. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyOutput } from '../../../services/dataset/verify/verify.ts';
import { measureOutput } from '../../../services/quality/report.ts';
import { runGraph, writeByteTokenizer } from '../../simulation/run-graph.ts';
import { writeQueue } from './queue.ts';

export interface Driven {
  /** With /v1. */
  readonly baseUrl: string;
  /** Of each answer, at most. */
  readonly tokens: string;
  /** A repository; else the queue. */
  readonly source?: string | undefined;
  readonly sets?: readonly string[];
}

/** Prints what was made; false when a repository was lost, or the output does not verify. */
export async function driveGraph({ baseUrl, tokens, source, sets = [] }: Driven): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-model-soak-'));
  const started = performance.now();
  try {
    const out = join(folder, 'out');
    const summary = await runGraph({
      outputFolder: out,
      sources: [source ?? writeQueue(join(folder, 'queue'))],
      tokenizer: writeByteTokenizer(folder),
      sets: [
        ...['teacher.kind=openai', `teacher.baseUrl=${baseUrl}`, 'teacher.model=smollm2'],
        // A token of this model is about 3 bytes of code; the answer needs room in its context.
        ...['teacher.promptBytesMax=12000', `teacher.planTokensMax=${tokens}`],
        ...[`teacher.thinkTokensMax=${tokens}`, 'teacher.mendingsMax=1'],
        // Small enough that a few files are several modules.
        ...['plan.moduleFilesMax=3', 'search.iterations=1', ...sets],
      ],
    });
    const verified = await verifyOutput(out);
    const { report } = await measureOutput({ place: out, runFolder: out });
    const { thoughtless, lacks, refusedSteps, finish } = report;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const { usage, repositories, plain } = summary;
    console.log(JSON.stringify({ seconds, usage, repositories, plain }, null, 2));
    console.log(JSON.stringify({ thoughtless, lacks, refusedSteps, finish }, null, 2));
    return repositories.written === repositories.found && verified.files === report.files;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
