/**
 * The embedded runtime: every stage in one process, the log on SQLite, no server. A run ends when
 * its writer reports that everything is durable; until then it may die at any moment and be
 * resumed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { destination, type Logger } from 'pino';
import { isManifestName, manifestName, parseManifestEntry } from '../../../schemas/manifest.ts';
import {
  deadLetterTopic,
  lifecycle,
  physicalTopic,
  topicNames,
} from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { openSqliteBus, type SqliteLog } from '../bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import type { RuntimeKnobs } from '../config/knobs.ts';
import { openCrashJournal } from '../engine/crash-journal.ts';
import type { Engine } from '../engine/engine.ts';
import {
  endCalls,
  type GraphOptions,
  type OpenEngine,
  openEngine,
  topicConfigurations,
} from '../engine/open-engine.ts';
import { runFacts } from '../engine/run-facts.ts';
import { readEnvelope } from '../engine/unreadable.ts';
import { PipelineError, unlessUnreadable } from '../errors.ts';
import { IdSet } from '../hashes/id-set.ts';
import { type Memo, openMemo } from '../memo/memo.ts';
import { plainWire } from '../records/wire.ts';
import { createRedactor, type Redactor } from '../redact.ts';
import type { AnyStage, RunFacts } from '../stage.ts';
import { openBlobStore } from '../store/blobs.ts';
import { readErasure, withoutErased } from '../store/erasure.ts';
import { openLocalObjects } from '../store/objects/local.ts';
import type { ObjectStore } from '../store/objects/object-store.ts';
import { openProcessLog } from '../watch/log.ts';
import { startMetricsServer } from '../watch/metrics-server.ts';
import type { ProgressSnapshot, SummaryOf } from '../watch/progress.ts';
import { openMetrics, watchProcess } from '../watch/watch-process.ts';
import { openNowFile } from './now-file.ts';
import { Positions } from './positions.ts';
import { ProgressTracker } from './progress-tracker.ts';
import { reopenInput } from './reopen-input.ts';
import { claimOutput } from './run-file.ts';
import { summarise } from './summary.ts';
import { tryAgain } from './try-again.ts';

export interface EmbeddedOptions<Stages extends readonly AnyStage[] = readonly AnyStage[]>
  extends GraphOptions {
  readonly stages: Stages;
  readonly outputFolder: string;
  /** Store of the shards and the manifest; by default the output folder. */
  readonly objects?: ObjectStore;
  readonly configurationHash: string;
  /** Hash of the knobs that name the input: an output folder holds one input. */
  readonly inputHash: string;
  /** By default in the output folder; the caller closes another one. */
  readonly memo?: Memo;
  readonly onProgress?: (snapshot: ProgressSnapshot) => void;
  /** Aborting stops gracefully with INTERRUPTED; the same call resumes. */
  readonly signal?: AbortSignal;
}

const progressIntervalMs = 200;

/** Runs the whole graph over a bounded input and returns the run's summary. */
export async function runEmbedded<const Stages extends readonly AnyStage[]>(
  options: EmbeddedOptions<Stages>,
): Promise<SummaryOf<Stages>> {
  const started = performance.now();
  const settings = options.configuration.runtime as RuntimeKnobs;
  const run = runFacts({ ...options, bounded: true }, settings);
  const logFolder = join(options.outputFolder, 'log');
  // The lock comes first: a second process must not even read run.json.
  const sqlite = openSqliteBus(logFolder);
  const bus = options.faults?.bus?.(sqlite) ?? sqlite;
  const closers: (() => Promise<void>)[] = [() => sqlite.close()];
  try {
    const resumed = claimOutput(options.outputFolder, {
      format: 1,
      runId: run.runId,
      configurationHash: options.configurationHash,
      inputHash: options.inputHash,
      dataset: run.dataset,
      seed: run.seed,
      teacher: options.teacher?.identity ?? null,
      scorer: options.scorer?.identity ?? null,
    });
    const { open, progress, objects } = await openProcess(
      { ...options, sqlite },
      settings,
      run,
      bus,
      closers,
    );
    const logMissing = await isLogMissing(objects, progress, logFolder);
    await runGraph(open, options, progress);
    const facts = { wallMs: performance.now() - started, resumed, logMissing };
    return await summarise(open.engine, options.stages, facts);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function openProcess(
  options: EmbeddedOptions & { readonly sqlite: SqliteLog },
  settings: RuntimeKnobs,
  run: RunFacts,
  bus: Bus,
  closers: (() => Promise<void>)[],
): Promise<{ open: OpenEngine; progress: ProgressTracker; objects: ObjectStore }> {
  const landmark = () => readFile(join(run.outputFolder, 'run.json'));
  const blobFolder = openLocalObjects(join(run.outputFolder, 'blobs'));
  // The lock on the log guarantees that no other run writes here; the sink looks in its folders.
  await openLocalObjects(run.outputFolder).removeTemporary('', { below: false });
  await blobFolder.removeTemporary('');
  const metrics = openMetrics(options, run.dataset);
  const progress = new ProgressTracker(metrics, options.stages);
  const ownMemo = options.memo === undefined ? openMemo(join(run.outputFolder, 'memo')) : null;
  const memo = options.memo ?? (ownMemo as Memo);
  const crashes = openCrashJournal(join(run.outputFolder, 'log'));
  closers.push(
    async () => crashes.close(),
    async () => ownMemo?.close(),
  );
  const { hide } = options.redactor ?? createRedactor();
  const log = openLog(run, settings, hide);
  const wire = plainWire;
  const crashPoint = options.faults?.crashPoint;
  const objects =
    options.objects ?? openLocalObjects(run.outputFolder, (step) => crashPoint?.(`store:${step}`));
  const erasure = await readErasure(objects);
  const blobs = withoutErased(openBlobStore(blobFolder, landmark), erasure);
  const parts = { run, settings, bus, wire, objects, blobs, memo, crashes, metrics, progress, log };
  const open = openEngine(options, parts);
  if (settings.metricsPort !== null) {
    watchProcess(metrics, options, { bus, dataset: run.dataset, clock: open.engine.clock });
    const server = await startMetricsServer({ metrics, port: settings.metricsPort, hide });
    closers.push(() => server.close());
  }
  await bus.createTopics(topicConfigurations(run.dataset));
  const isErased = erasure !== null;
  await reopenInput(open.engine, isErased ? null : options.sqlite, options.stages);
  await tryAgain(open.engine, options.sqlite, options.stages, isErased);
  await readProgress(open.engine, progress);
  return { open, progress, objects };
}

/**
 * Whether the log of a finished output is gone: the run then has nothing to do and little to
 * report. Throws LOG_TRUNCATED if the log of an unfinished output is gone, because the manifest
 * continues where the log ended.
 */
async function isLogMissing(
  objects: ObjectStore,
  progress: ProgressTracker,
  logFolder: string,
): Promise<boolean> {
  const { found, total } = progress.snapshot().repositories;
  if (found > 0 || total !== null) return false;
  const names = await objects.list('manifest');
  const entry = names.filter(isManifestName).length - 1;
  const bytes = entry < 0 ? null : await objects.read(`manifest/${manifestName(entry)}`);
  if (bytes === null) return false;
  if (parseManifestEntry(bytes.toString('utf8'), entry).closed) return true;
  throw new PipelineError(
    'LOG_TRUNCATED',
    `${logFolder} was removed or emptied, and the unfinished output goes on where it ended; bring it back from a copy, or choose another --out and run again`,
    { subject: logFolder },
  );
}

function openLog(run: RunFacts, settings: RuntimeKnobs, hide: Redactor['hide']): Logger {
  const file = destination({ dest: join(run.outputFolder, 'run.log'), sync: true, append: true });
  return openProcessLog({ level: settings.logLevel, base: { dataset: run.dataset }, hide }, file);
}

/**
 * Counts the records that the topics of a resumed run hold already. For repositories that have
 * ended, the ids of one topic at a time are enough to count each record once. Unreadable records
 * are skipped: the stage that reads them handles them.
 */
async function readProgress(engine: Engine, progress: ProgressTracker): Promise<void> {
  const { bus, codec, run } = engine;
  const past = await endedPositions(engine);
  for (const topic of topicNames) {
    const ids = new IdSet();
    await forEachRecord(bus, physicalTopic(run.dataset, topic), async ({ value }) => {
      const decoded = await unlessUnreadable(() => codec.decode(topic, value));
      if (decoded === null) return;
      const { envelope, body } = decoded;
      if (!past.has(envelope.sourceSequence)) progress.observe(topic, envelope, body);
      else if (ids.add(envelope.id)) progress.count(topic, envelope, body);
    });
    await forEachRecord(bus, physicalTopic(run.dataset, deadLetterTopic(topic)), async () => {
      progress.deadLetters += 1;
    });
  }
}

async function endedPositions({ bus, codec, run }: Engine): Promise<Positions> {
  const positions = new Positions();
  for (const topic of [lifecycle.written, lifecycle.dropped]) {
    await forEachRecord(bus, physicalTopic(run.dataset, topic), async (record) => {
      const envelope = await readEnvelope(codec, topic, record);
      if (envelope !== null) positions.add(envelope.sourceSequence);
    });
  }
  return positions;
}

async function runGraph(
  open: OpenEngine,
  options: EmbeddedOptions,
  progress: ProgressTracker,
): Promise<void> {
  const interrupt = () =>
    open.engine.fail(
      new PipelineError(
        'INTERRUPTED',
        'stopped; run the same command to go on, finished work is kept',
      ),
    );
  if (options.signal?.aborted) interrupt();
  options.signal?.addEventListener('abort', interrupt, { once: true });
  const timer = setInterval(() => options.onProgress?.(progress.snapshot()), progressIntervalMs);
  const now = openNowFile(open.engine, options);
  let state: 'ended' | 'stopped' = 'stopped';
  try {
    await open.start();
    await open.ended;
    state = 'ended';
  } catch (error) {
    await endCalls(open, error, options.signal);
    throw error;
  } finally {
    clearInterval(timer);
    options.signal?.removeEventListener('abort', interrupt);
    open.abort();
    await open.stop();
    await now.end(state);
    options.onProgress?.(progress.snapshot());
  }
}
