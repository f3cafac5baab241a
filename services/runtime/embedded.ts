/**
 * The embedded runtime: every stage in one process, the log on SQLite, no server. A run ends when
 * its writer says that everything is durable; until then it may die at any moment and go on later.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { destination, type Logger, pino } from 'pino';
import {
  deadLetterTopic,
  physicalTopic,
  type StageName,
  topicNames,
  topics,
} from '../../schemas/topology.ts';
import type { Scorer } from '../scorer/port.ts';
import type { Teacher } from '../teacher/port.ts';
import { type BlobStore, openLocalBlobStore } from './blobs.ts';
import type { Bus } from './bus.ts';
import { openSqliteBus } from './bus-sqlite.ts';
import { type Clock, systemClock } from './clock.ts';
import { createCodec } from './codec.ts';
import type { Configuration } from './configuration.ts';
import { openCrashJournal } from './crash-journal.ts';
import type { Engine, StageRunner } from './engine.ts';
import { asPipelineError, PipelineError } from './errors.ts';
import { sha256 } from './ids.ts';
import { startJoin } from './join-runner.ts';
import { startMap } from './map-runner.ts';
import { memoTeacher, openMemo } from './memo.ts';
import { createMetrics } from './metrics.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { ProgressSnapshot, RunSummary } from './progress.ts';
import { ProgressTracker } from './progress-tracker.ts';
import { claimOutput } from './run-file.ts';
import { startSource } from './source-runner.ts';
import type { AnyStage, CrashPoint, RunFacts } from './stage.ts';
import { summarise } from './summary.ts';
import { forEachRecord } from './topic-reader.ts';
import { startWriter } from './writer-runner.ts';

export interface EmbeddedOptions {
  readonly outputFolder: string;
  /** Resolved values by section: one per stage, and `runtime`. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly configurationHash: string;
  /** Hash of how the input was named: an output folder holds one input. */
  readonly inputHash: string;
  readonly stages: readonly AnyStage[];
  readonly teacher: Teacher;
  /** Null when the search is off. */
  readonly scorer: Scorer | null;
  readonly onProgress?: (snapshot: ProgressSnapshot) => void;
  /** Aborting stops gracefully: INTERRUPTED, and the same call resumes. */
  readonly signal?: AbortSignal;
  /** For simulation: faults between two effects, a faulty bus or blob store, a moved clock. */
  readonly faults?: {
    readonly crashPoint?: CrashPoint;
    readonly bus?: (bus: Bus) => Bus;
    readonly blobs?: (blobs: BlobStore) => BlobStore;
    readonly clock?: Clock;
  };
}

const progressIntervalMs = 200;

/** Runs the whole graph over a bounded input and returns what was made. */
export async function runEmbedded(options: EmbeddedOptions): Promise<RunSummary> {
  const started = performance.now();
  const settings = options.configuration.runtime as Configuration;
  const run = runFacts(options, settings);
  const logFolder = join(options.outputFolder, 'log');
  try {
    mkdirSync(logFolder, { recursive: true });
  } catch (error) {
    throw asPipelineError(error, logFolder);
  }
  // The lock comes first: a second process must not even look at run.json.
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
      teacher: options.teacher.identity,
      scorer: options.scorer?.identity ?? null,
    });
    const engine = await openEngine(options, settings, run, bus, closers);
    await runGraph(engine, options);
    return await summarise(engine.engine, performance.now() - started, resumed);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

function runFacts(options: EmbeddedOptions, settings: Configuration): RunFacts {
  return {
    dataset: settings.dataset,
    seed: settings.seed,
    outputFolder: options.outputFolder,
    bounded: true,
    runId: sha256(`${options.configurationHash}/${settings.dataset}`).slice(0, 16),
  };
}

/** The engine and the promise that ends its run. */
interface OpenEngine {
  readonly engine: Engine;
  readonly ended: Promise<void>;
  readonly runners: Map<StageName, StageRunner>;
  readonly abort: AbortController;
}

async function openEngine(
  options: EmbeddedOptions,
  settings: Configuration,
  run: RunFacts,
  bus: Bus,
  closers: (() => Promise<void>)[],
): Promise<OpenEngine> {
  const localBlobs = await openLocalBlobStore(join(run.outputFolder, 'blobs'));
  const blobs = options.faults?.blobs?.(localBlobs) ?? localBlobs;
  const codec = createCodec(blobs);
  const metrics = createMetrics();
  const memo = openMemo(join(run.outputFolder, 'memo'));
  const crashes = openCrashJournal(join(run.outputFolder, 'log'));
  closers.push(
    async () => crashes.close(),
    () => memo.close(),
  );
  const log = openLog(run.outputFolder, settings);
  const teacher = memoTeacher(options.teacher, memo, settings.memo, metrics.count);
  const abort = new AbortController();
  const { promise: ended, resolve: finish, reject: fail } = Promise.withResolvers<void>();
  // A failure can come before anybody waits for the end.
  ended.catch(() => {});
  const runners = new Map<StageName, StageRunner>();
  const clock = options.faults?.clock ?? systemClock;
  const crashPoint = options.faults?.crashPoint ?? (() => {});
  const engine: Engine = {
    bus,
    codec,
    run,
    settings,
    clock,
    log,
    metrics,
    progress: new ProgressTracker(metrics),
    crashes,
    crashPoint,
    signal: abort.signal,
    finish,
    fail,
    restart: (stage) => restart(engine, options, runners, stage),
    toolsFor: (stage) => ({
      config: options.configuration[stage.name],
      run,
      log: log.child({ stage: stage.name }),
      blobs,
      bodies: codec.bodies,
      clock,
      teacher,
      scorer: options.scorer,
      signal: abort.signal,
      crashPoint,
      count: metrics.count,
    }),
  };
  if (settings.metricsPort !== null) {
    const server = await startMetricsServer(metrics, settings.metricsPort);
    closers.push(() => server.close());
  }
  await createTopics(engine);
  await readProgress(engine);
  return { engine, ended, runners, abort };
}

function openLog(outputFolder: string, settings: Configuration): Logger {
  const file = destination({ dest: join(outputFolder, 'run.log'), sync: true, append: true });
  return pino({ level: settings.logLevel, base: null }, file);
}

async function createTopics(engine: Engine): Promise<void> {
  await engine.bus.createTopics(
    topicNames.flatMap((topic) => {
      const { partitions } = topics[topic];
      const { dataset } = engine.run;
      return [
        { name: physicalTopic(dataset, topic), partitions },
        { name: physicalTopic(dataset, deadLetterTopic(topic)), partitions: 1 },
      ];
    }),
  );
}

/** A resumed run counts what is there already. */
async function readProgress(engine: Engine): Promise<void> {
  for (const topic of topicNames) {
    const { dataset } = engine.run;
    await forEachRecord(engine.bus, physicalTopic(dataset, topic), async ({ value }) => {
      const { envelope, body } = await engine.codec.decode(topic, value);
      engine.progress.observe(topic, envelope, body);
    });
    const ends = await engine.bus.endOffsets(physicalTopic(dataset, deadLetterTopic(topic)));
    engine.progress.deadLetters += ends.reduce((total, end) => total + end, 0);
  }
}

function start(engine: Engine, stage: AnyStage): Promise<StageRunner> {
  if (stage.shape === 'source') return startSource(stage, engine);
  if (stage.shape === 'map') return startMap(stage, engine);
  if (stage.shape === 'join') return startJoin(stage, engine);
  return startWriter(stage, engine);
}

async function runGraph(open: OpenEngine, options: EmbeddedOptions): Promise<void> {
  const { engine, runners, abort } = open;
  const interrupt = () =>
    engine.fail(
      new PipelineError(
        'INTERRUPTED',
        'stopped; run the same command to go on, finished work is kept',
      ),
    );
  if (options.signal?.aborted) interrupt();
  options.signal?.addEventListener('abort', interrupt, { once: true });
  const timer = setInterval(
    () => options.onProgress?.(engine.progress.snapshot()),
    progressIntervalMs,
  );
  try {
    let over = false;
    open.ended
      .finally(() => {
        over = true;
      })
      .catch(() => {});
    // The last stages first: a writer that finds its output complete spares starting the others.
    for (const stage of [...options.stages].reverse()) {
      if (over) break;
      runners.set(stage.name, await start(engine, stage));
    }
    await open.ended;
  } finally {
    clearInterval(timer);
    options.signal?.removeEventListener('abort', interrupt);
    abort.abort(new Error('the run is over'));
    await stopAll(engine, runners);
    options.onProgress?.(engine.progress.snapshot());
  }
}

/** After a failure a stage may be unable to commit; that costs a redelivery and nothing else. */
async function stopAll(engine: Engine, runners: Map<StageName, StageRunner>): Promise<void> {
  for (const [stage, runner] of runners) {
    try {
      await runner.stop();
    } catch (error) {
      engine.log.error({ stage, err: error }, 'a stage did not stop cleanly');
    }
  }
}

function restart(
  engine: Engine,
  options: EmbeddedOptions,
  runners: Map<StageName, StageRunner>,
  name: StageName,
): void {
  const stage = options.stages.find((candidate) => candidate.name === name);
  const old = runners.get(name);
  // Without a runner the stage is being restarted already.
  if (stage === undefined || old === undefined) return;
  runners.delete(name);
  const again = async () => {
    await old.stop();
    if (engine.signal.aborted) return;
    runners.set(name, await start(engine, stage));
  };
  again().catch((error: unknown) => engine.fail(error));
}
