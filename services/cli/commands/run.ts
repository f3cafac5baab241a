/** `backstory run SOURCE…`: turns repositories into shards here, with progress and a summary. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sumOver } from '../../dataset/manifest.ts';
import { openOutput } from '../../dataset/open-output.ts';
import { type ResolvedValues, type RunSummary, stages } from '../../registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import { type Book, openBookFile } from '../../runtime/coordination/book.ts';
import { runEmbedded } from '../../runtime/embedded/embedded.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { openObjects } from '../../runtime/store/objects/open.ts';
import { expandSources } from '../../stages/discover/sources.ts';
import { openMeter } from '../../teacher/meter.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import {
  describeFailure,
  type ExitCode,
  exitCodeOf,
  exitCodes,
  reportFailure,
} from '../failures.ts';
import { openConfiguredHost } from '../open/code-host.ts';
import { withOptOutsOf } from '../open/opt-outs.ts';
import { prepareFolder, requireStore } from '../open/output-place.ts';
import {
  type ConfigurationOptions,
  loadConfiguration,
  openConfiguredScorer,
  openConfiguredTeacher,
  tellConfiguration,
} from '../open/settings.ts';
import { openTraces } from '../open/traces.ts';
import { modelFailureOf } from '../useless-models.ts';
import { createProgressReporter } from '../views/progress-reporter.ts';
import {
  drawDeadLetters,
  drawDropped,
  drawFinished,
  drawSummary,
  type FinishedBefore,
  type SummaryFacts,
} from '../views/summary.ts';
import { type ModelOptions, sourceFlags } from '../with-models.ts';

export interface RunOptions extends ConfigurationOptions, ModelOptions {
  readonly out: string;
  readonly limit?: string;
  readonly resume?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export interface FinishedRun {
  readonly summary: RunSummary;
  readonly facts: SummaryFacts;
  /** Not null if the output was finished before and has lost its log. */
  readonly before: FinishedBefore | null;
}

export async function runCommand(
  context: CommandContext,
  sources: readonly string[],
  options: RunOptions,
): Promise<ExitCode> {
  const finished = await runSources(context, sources, options);
  const { before } = finished;
  if (before !== null) {
    const told = { logMissing: true, ...before, ...finished.facts };
    if (options.json === true) writeJson(context.out, told);
    else if (options.quiet !== true) {
      for (const line of drawFinished(before, finished.facts)) writeLine(context.out, line);
    }
    return before.repositories.written > 0 ? exitCodes.fine : exitCodes.difference;
  }
  const failure = modelFailureOf(finished.summary);
  if (options.json === true) {
    const error = failure === null ? {} : { error: describeFailure(failure) };
    writeJson(context.out, { ...finished.summary, ...finished.facts, ...error });
  } else if (options.quiet !== true) {
    const lines = drawSummary(finished.summary, finished.facts, context.out.style);
    for (const line of lines) writeLine(context.out, line);
    writeLine(context.out);
    writeLine(context.out, `check it:  backstory verify ${options.out}`);
    writeLine(context.out, `read it:   backstory inspect ${options.out}`);
  } else {
    // Quiet hides the summary, but a repository without a trajectory is worth a line.
    const { dropped } = finished.summary.repositories;
    const lines = [
      ...drawDropped(dropped, context.err.style),
      ...drawDeadLetters(finished.summary.deadLetters, context.err.style),
    ];
    for (const line of lines) writeLine(context.err, line);
  }
  if (failure !== null) {
    return options.json === true ? exitCodeOf(failure) : reportFailure(failure, context, false);
  }
  const { repositories, deadLetters } = finished.summary;
  const whole = repositories.written > 0 && deadLetters === 0;
  return whole ? exitCodes.fine : exitCodes.difference;
}

/** Of an output that was finished before and has lost its log, only the manifest tells. */
async function readFinished(objects: ObjectStore): Promise<FinishedBefore> {
  const { entries, head, shards } = await openOutput(objects);
  return {
    repositories: {
      found: head.nextSequence,
      written: sumOver(entries, ({ samples }) => samples.length),
    },
    tokens: sumOver(shards, ({ tokens }) => tokens),
    packs: sumOver(shards, ({ packs }) => packs),
    shards: shards.length,
  };
}

/** Runs all stages in this process; `demo` and the bench use it too. */
export async function runSources(
  context: CommandContext,
  sources: readonly string[],
  options: RunOptions,
): Promise<FinishedRun> {
  const outputFolder = resolve(context.workingFolder, options.out);
  const loaded = await loadConfiguration(context, options, sourceFlags(sources, options));
  const { values, hash, inputHash } = loaded;
  tellConfiguration(context, loaded, options.quiet);
  // Finds a misspelt source before the output folder is touched.
  const { limit, listSourcesMax } = values.discover;
  await expandSources(values.discover.sources, limit, listSourcesMax);
  if (options.resume === true) await requireRun(outputFolder);
  const reporter = createProgressReporter(context.err, options.quiet === true, systemClock);
  const book = openLater(() => openBookFile(join(outputFolder, 'log')));
  const meter = openMeter();
  const teacher = await openConfiguredTeacher(context, values, { book: book.get, meter });
  const scorer = values.search.enabled ? await openConfiguredScorer(context, values) : null;
  const objects = await openObjects({ settings: values.storage, folder: outputFolder });
  const stopping = () => reporter.note('stopping; finished work is kept');
  const traces = await openTraces(context, values.runtime.dataset, reporter.note);
  context.signal.addEventListener('abort', stopping, { once: true });
  try {
    await requireReady(values, teacher, scorer);
    const remark = teacher.remark?.() ?? null;
    if (remark !== null && options.quiet !== true) reporter.note(`teacher: ${remark}`);
    await prepareFolder(outputFolder);
    await requireStore(objects);
    const summary = await runEmbedded({
      outputFolder,
      objects,
      configuration: await withOptOutsOf(values, objects),
      configurationHash: hash,
      inputHash,
      stages,
      teacher,
      calls: meter.watched(values.teacher.dollarsMax),
      traces,
      scorer,
      codeHost: openConfiguredHost(context, values, tellWait(reporter.note)),
      redactor: context.redactor,
      onProgress: (snapshot) => reporter.update({ ...snapshot, meter: meter.read() }),
      signal: context.signal,
    });
    const identity = scorer === null ? null : scorer.identity;
    const before = summary.logMissing ? await readFinished(objects) : null;
    const { calls: sent, failures: unanswered } = meter.read();
    const requests = sent === 0 ? null : { sent, unanswered };
    const facts = { outputFolder, teacher: teacher.identity, scorer: identity, requests };
    return { summary, facts, before };
  } finally {
    context.signal.removeEventListener('abort', stopping);
    await traces.close();
    reporter.close();
    await book.close();
    await scorer?.close();
    await objects.close();
  }
}

/** A wait of seconds is nothing to tell. */
function tellWait(note: (text: string) => void): (ms: number) => void {
  return (ms) => {
    if (ms >= 10_000) note(`waiting ${Math.ceil(ms / 1000)} s for quota of the code host`);
  };
}

/** The book lies in the run's folder, which the run locks before its first call. */
function openLater(open: () => Book): { get: () => Book; close: () => Promise<void> } {
  let book: Book | null = null;
  return {
    get: () => {
      book ??= open();
      return book;
    },
    close: async () => book?.close(),
  };
}

type Checkable = { check(): Promise<string | null> };

/** Finds problems that would fail every repository before the first one starts. */
async function requireReady(
  values: ResolvedValues,
  teacher: Checkable,
  scorer: Checkable | null,
): Promise<void> {
  // A run from the memo alone calls neither, so they need not exist any more.
  if (values.runtime.memo === 'only') return;
  const teacherProblem = await teacher.check();
  if (teacherProblem !== null) {
    throw new PipelineError('TEACHER_UNAVAILABLE', teacherProblem, { subject: 'teacher' });
  }
  const scorerProblem = (await scorer?.check()) ?? null;
  if (scorerProblem !== null) {
    throw new PipelineError('SCORER_UNAVAILABLE', scorerProblem, { subject: 'scorer' });
  }
}

async function requireRun(outputFolder: string): Promise<void> {
  try {
    await access(join(outputFolder, 'run.json'));
  } catch (error) {
    throw new PipelineError(
      'OUTPUT_MISSING',
      `${outputFolder} holds no run to resume; leave --resume out to begin one`,
      { subject: outputFolder, cause: error },
    );
  }
}
