/**
 * `backstory batch gather|send|collect`: the answers of a run from batches, at a batch's price, and
 * with no process alive meanwhile. Gather writes down what a run would ask and the memo lacks; when
 * nothing is lacking, a run from the memo alone completes.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockLogFolder } from '../../runtime/bus/sqlite/sqlite-bus.ts';
import { openBookFile, wholeRun } from '../../runtime/coordination/book.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { openMemo } from '../../runtime/memo/memo.ts';
import { openOfflineTeacher } from '../../teacher/open.ts';
import { type Collected, collectBatches } from '../../teacher/openai/batch/collect.ts';
import { openGathering } from '../../teacher/openai/batch/gather.ts';
import { type BatchStore, openBatchStore } from '../../teacher/openai/batch/requests.ts';
import { sendBatches } from '../../teacher/openai/batch/send.ts';
import { openClient } from '../../teacher/openai/endpoints/client.ts';
import { findPrices } from '../../teacher/openai/money/prices.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { prepareFolder } from '../open/output-place.ts';
import { runScratch } from '../open/scratch-run.ts';
import {
  type ConfigurationOptions,
  loadConfiguration,
  openConfiguredScorer,
  teacherKey,
  tellConfiguration,
} from '../open/settings.ts';
import { plural } from '../views/format.ts';
import { type ModelOptions, modelFlags, sourceFlags } from '../with-models.ts';

export interface BatchOptions extends ConfigurationOptions, ModelOptions {
  readonly out: string;
  readonly limit?: string;
  readonly json?: boolean;
}

export interface CollectOptions extends BatchOptions {
  /** A batch whose results are gone. */
  readonly giveUp?: string;
}

export async function gatherCommand(
  context: CommandContext,
  sources: readonly string[],
  options: BatchOptions,
): Promise<ExitCode> {
  const loaded = await loadConfiguration(context, options, sourceFlags(sources, options));
  const { values } = loaded;
  tellConfiguration(context, loaded, options.json);
  const out = resolve(context.workingFolder, options.out);
  return withStore(context, options, async (store) => {
    const gathering = openGathering(store);
    const teacher = await openOfflineTeacher(values.teacher, gathering.answer);
    const scorer = values.search.enabled ? await openConfiguredScorer(context, values) : null;
    const memo = openMemo(join(out, 'memo'));
    try {
      const folder = join(out, 'batch', 'pass');
      await runScratch(context, loaded, { folder, teacher, scorer, memo });
    } finally {
      await memo.close();
      await scorer?.close();
    }
    const counts = store.counts();
    const pending = gathering.pending();
    const next =
      pending === 0
        ? `Every answer is there: backstory run … --out ${options.out} --set runtime.memo=only`
        : `${plural(pending, 'answer')} pending, ${counts.waiting} of them to be sent: backstory batch send --out ${options.out}`;
    tell(context, options, { pending, ...counts }, next);
    return pending === 0 ? exitCodes.fine : exitCodes.difference;
  });
}

export async function sendCommand(
  context: CommandContext,
  options: BatchOptions,
): Promise<ExitCode> {
  const { client, values, prices, out } = await openEndpoint(context, options);
  return withStore(context, options, async (store) => {
    const book = openBookFile(join(out, 'log'));
    const { spent } = book.of(wholeRun);
    await book.close();
    const sent = await sendBatches({ client, store, settings: values.teacher, prices, spent });
    const over =
      sent.overBudget === 0
        ? ''
        : `; ${plural(sent.overBudget, 'request')} wait because they could exceed teacher.dollarsMax`;
    const line = `${plural(sent.requests, 'request')} sent in ${plural(sent.jobs, 'batch', 'batches')}${over}. Fetch them with: backstory batch collect --out ${options.out}`;
    tell(context, options, sent, line);
    return sent.overBudget === 0 ? exitCodes.fine : exitCodes.difference;
  });
}

export async function collectCommand(
  context: CommandContext,
  options: CollectOptions,
): Promise<ExitCode> {
  const { client, prices, out } = await openEndpoint(context, options);
  return withStore(context, options, async (store) => {
    const book = openBookFile(join(out, 'log'));
    const memo = openMemo(join(out, 'memo'));
    try {
      const collected = await collectBatches({
        ...{ client, store, prices, givenUp: options.giveUp ?? null },
        keep: (id, answer) => memo.put(id, answer),
        book: async (cost) => {
          const entry = book.begin([], cost);
          await entry.durable();
          entry.end(cost);
        },
      });
      tell(context, options, collected, drawCollected(collected, options.out).join('\n'));
      const { running, gone } = collected;
      return running.length + gone.length === 0 ? exitCodes.fine : exitCodes.difference;
    } finally {
      await memo.close();
      await book.close();
    }
  });
}

function drawCollected(collected: Collected, out: string): string[] {
  const { answered, refused, failed, missing, running, problems, gone, cost } = collected;
  return [
    `${plural(answered, 'answer')}, ${refused} refused, ${failed} failed and ${missing} not done, to be sent again, $${(cost / 1e6).toFixed(2)}`,
    ...problems,
    ...gone.map(
      (batch) =>
        `the endpoint has no ${batch}, or no longer its results: check teacher.baseUrl and the key; if it is gone for good, backstory batch collect --give-up ${batch} --out ${out} sends its requests again`,
    ),
    ...running.map(({ batch, status }) => `${batch} is ${status}`),
    running.length === 0
      ? 'Gather again: the next answers build on these.'
      : 'Collect again later.',
  ];
}

async function openEndpoint(context: CommandContext, options: BatchOptions) {
  const loaded = await loadConfiguration(context, options, modelFlags(options));
  const { values } = loaded;
  tellConfiguration(context, loaded, options.json);
  const { baseUrl, timeoutMs } = values.teacher;
  if (baseUrl === '') {
    throw new PipelineError('CONFIG_INVALID', 'batches need teacher.baseUrl', {
      subject: 'teacher.baseUrl',
    });
  }
  const client = openClient(baseUrl, teacherKey(context.environment, baseUrl), timeoutMs);
  const out = resolve(context.workingFolder, options.out);
  // Else a slip in the name of a folder would look as if nothing were left to do.
  if (!existsSync(join(out, 'batch'))) {
    const advice = `backstory batch gather SOURCE… --out ${options.out} comes first`;
    throw new PipelineError('USAGE', `nothing was gathered in ${out}: ${advice}`, {
      subject: '--out',
    });
  }
  return { client, values, prices: await findPrices(values.teacher), out };
}

async function withStore(
  context: CommandContext,
  { out }: BatchOptions,
  use: (store: BatchStore) => Promise<ExitCode>,
): Promise<ExitCode> {
  const folder = resolve(context.workingFolder, out);
  await prepareFolder(folder);
  // Two that send would send the same twice, and a run has the book of spending to itself.
  const lock = lockLogFolder(join(folder, 'log'));
  try {
    const store = openBatchStore(join(folder, 'batch'));
    try {
      return await use(store);
    } finally {
      store.close();
    }
  } finally {
    lock.close();
  }
}

function tell(context: CommandContext, { json }: BatchOptions, facts: object, line: string): void {
  if (json === true) writeJson(context.out, facts);
  else writeLine(context.out, line);
}
