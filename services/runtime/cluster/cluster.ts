/**
 * The cluster runtime: one process serves some stages of a data set on a shared bus. It may die at
 * any moment, and other processes take over its work; when told to stop, it finishes the work it
 * has begun, up to a deadline. A bounded data set ends: the process with the sink when the manifest
 * is closed, every other process when no record can reach its stages any more. A live data set
 * never ends.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  graph,
  lifecycle,
  physicalTopic,
  type StageName,
  type TopicName,
} from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { findTruncation, recordsIn } from '../bus/lag.ts';
import { requireWhole } from '../bus/topic-reader.ts';
import { systemClock } from '../clock.ts';
import type { RuntimeKnobs } from '../config/knobs.ts';
import { openCrashJournal } from '../engine/crash-journal.ts';
import { endCalls, type GraphOptions, type OpenEngine, openEngine } from '../engine/open-engine.ts';
import { type Ended, readEnded, readSections } from '../engine/read-ends.ts';
import { runFacts } from '../engine/run-facts.ts';
import { requireFinishedInput } from '../engine/runners/source.ts';
import { PipelineError } from '../errors.ts';
import { openObjectMemo } from '../memo/memo-objects.ts';
import type { Registry } from '../records/schema-registry.ts';
import { plainWire, type Wire } from '../records/wire.ts';
import { openConfluentWire } from '../records/wire-confluent.ts';
import type { AnyStage, RunFacts } from '../stage.ts';
import { openBlobStore } from '../store/blobs.ts';
import { abandonedMs, type ObjectStore } from '../store/objects/object-store.ts';
import { below, over } from '../store/objects/open.ts';
import { type Readiness, startMetricsServer } from '../watch/metrics-server.ts';
import { openMetrics, watchProcess } from '../watch/watch-process.ts';
import { claimDataset, claimInput, readLandmark, requireBegun } from './claim.ts';
import { watchControl } from './control.ts';
import { missingPartitions, warnOfSecondWriter } from './one-writer.ts';
import { reportProgress, type StageProgress } from './own-progress.ts';
import { createClusterProgress, isDrained } from './progress.ts';
import { createReadiness, type NamedCheck } from './readiness.ts';
import { watchState } from './watch-state.ts';

export interface ServeOptions extends GraphOptions {
  /** The stages that this process serves. */
  readonly stages: readonly AnyStage[];
  readonly outputFolder: string;
  /** Folder of this process alone, on a local disk: records which bus records crashed it. */
  readonly stateFolder: string;
  readonly configurationHash: string;
  /** Hash of the knobs that name the input; used by the process that serves the source. */
  readonly inputHash: string;
  readonly bounded: boolean;
  readonly bus: Bus;
  /** Null: records without frames, as in the embedded runtime; used by simulations. */
  readonly registry: Registry | null;
  /** Shared by all processes of the data set: blobs, memo, shards and manifest. */
  readonly objects: ObjectStore;
  /**
   * Store of the data set that this one replays: blobs and memo missing here are read from there.
   */
  readonly earlier?: ObjectStore;
  readonly log: Logger;
  /** Aborting stops gracefully. */
  readonly signal?: AbortSignal;
  /** True when the output is complete: the manifest of a bounded data set is closed. */
  readonly isComplete: () => Promise<boolean>;
  /** Further dependencies that must be reachable for this process to be ready. */
  readonly checks?: readonly NamedCheck[];
  /** Called every ten seconds with what this process has done. */
  readonly onProgress?: (progress: readonly StageProgress[]) => void;
  /** Called in the process with the writer, when a bounded data set is complete. */
  readonly onComplete?: (ends: DatasetEnds) => void;
  /** All stages of the data set, for `onComplete`: a report of any may tell of the trajectories. */
  readonly reported?: readonly AnyStage[];
  /** Called when the process is open, with the port of /metrics if it is served. */
  readonly onStarted?: (port: number | null) => void;
}

/** How the repositories of a data set ended, and what the stages report of the trajectories. */
export interface DatasetEnds {
  readonly repositories: Ended;
  readonly facts: object;
}

/**
 * `complete`: a bounded data set no longer needs this process. `stopped`: the process was told to
 * stop.
 */
export type ServeEnd = 'complete' | 'stopped';

/** Between two checks whether a bounded data set has ended. */
const endPollMs = 2000;
/** Listing a bucket costs money, and every process does it. */
const pollsPerManifest = 5;
/**
 * After the deadline, handlers are told to give up; those that still hang after this are abandoned.
 */
const giveUpMs = 5000;

export async function serveStages(options: ServeOptions): Promise<ServeEnd> {
  const settings = options.configuration.runtime as RuntimeKnobs;
  const run = runFacts(options, settings);
  const closers: (() => Promise<void> | void)[] = [];
  const ended = new AbortController();
  options.signal?.addEventListener('abort', () => ended.abort(), { once: true });
  if (options.signal?.aborted) ended.abort();
  try {
    const open = await openProcess(options, settings, run, ended.signal, closers);
    // Brokers forget groups: a stage that starts after that would do everything again.
    if (!hasWriter(options) && options.bounded && (await options.isComplete())) return 'complete';
    const end = await serve(open, options, settings, ended.signal);
    if (end === 'complete') await tellEnds(open, options);
    return end;
  } finally {
    ended.abort();
    for (const close of closers.reverse()) await close();
  }
}

/** Says nothing if retention has removed records, because what is left tells only a part. */
async function tellEnds({ engine }: OpenEngine, options: ServeOptions): Promise<void> {
  const { onComplete, reported = [], bounded } = options;
  if (onComplete === undefined || !bounded || !hasWriter(options)) return;
  const { written, dropped } = lifecycle;
  try {
    for (const topic of [written, dropped]) {
      await requireWhole(engine.bus, physicalTopic(engine.run.dataset, topic));
    }
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'LOG_TRUNCATED') throw error;
    engine.log.warn(`how the repositories ended is not told: ${error.message}`);
    return;
  }
  const repositories = await readEnded(engine);
  onComplete({ repositories, facts: await readSections(engine, reported, written) });
}

async function claimAll(options: ServeOptions, run: RunFacts): Promise<void> {
  const { dataset, seed, bounded, runId } = run;
  const { objects, configurationHash } = options;
  await claimDataset(objects, { format: 1, runId, configurationHash, dataset, seed, bounded });
  if (options.stages.some((stage) => stage.shape === 'source')) {
    await claimInput(objects, options.inputHash);
  }
}

async function openProcess(
  options: ServeOptions,
  settings: RuntimeKnobs,
  run: RunFacts,
  signal: AbortSignal,
  closers: (() => Promise<void> | void)[],
): Promise<OpenEngine> {
  const { objects, earlier, log } = options;
  const shared = (folder: string) => {
    const own = below(objects, folder);
    return earlier === undefined ? own : over(own, below(earlier, folder));
  };
  const bus = options.faults?.bus?.(options.bus) ?? options.bus;
  const clock = options.faults?.clock ?? systemClock;
  const crashes = openCrashJournal(options.stateFolder);
  closers.push(() => crashes.close());
  const metrics = openMetrics(options, run.dataset);
  const gate = await watchControl(bus, run.dataset, clock);
  if (options.bounded && gate.added().length > 0) {
    log.warn({ sources: gate.added() }, 'a bounded data set takes no added sources');
  }
  const wire = await openWire(options, run, signal);
  // Claimed last, so that a data set whose topics or schemas are missing leaves its place free.
  await requireBegun(bus, objects, run.dataset, options.stages);
  await claimAll(options, run);
  removeAbandoned(options, log);
  const landmark = () => readLandmark(objects, earlier);
  const open = openEngine(options, {
    gate,
    ...(options.bounded ? {} : { inputs: gate }),
    run,
    settings,
    bus,
    wire,
    objects,
    blobs: openBlobStore(shared('blobs'), landmark),
    memo: openObjectMemo(shared('memo'), landmark),
    crashes,
    metrics,
    progress: createClusterProgress(bus, run.dataset, clock),
    log,
  });
  gate.follow(signal).catch((error: unknown) => open.engine.fail(error));
  const { metricsPort, metricsHost } = settings;
  const readiness = readinessOf(open, options, bus, run);
  const port = metricsPort ?? null;
  let served: number | null = null;
  if (port !== null) {
    watchProcess(metrics, options, { bus, dataset: run.dataset, clock });
    watchState(metrics, options.stages, readiness, gate.paused);
    const server = await startMetricsServer({
      ...{ metrics, port, host: metricsHost, readiness },
      ...(options.redactor === undefined ? {} : { hide: options.redactor.hide }),
    });
    closers.push(() => server.close());
    served = server.port;
  }
  options.onStarted?.(served);
  return open;
}

/**
 * Temporary files of killed processes, looked for beside other work: there may be many folders.
 * Those of the manifest and the shards are the sink's matter.
 */
function removeAbandoned({ objects }: ServeOptions, log: Logger): void {
  for (const folder of ['', 'blobs', 'memo', 'spending']) {
    objects
      .removeTemporary(folder, { ageMs: abandonedMs, below: folder !== '' })
      .catch((error: unknown) => log.warn({ err: error, folder }, 'temporary files stay'));
  }
}

function openWire(options: ServeOptions, run: RunFacts, signal: AbortSignal): Promise<Wire> {
  const { registry, log } = options;
  if (registry === null) return Promise.resolve(plainWire);
  const clock = options.faults?.clock ?? systemClock;
  const { dataset } = run;
  const names = options.stages.map((stage) => stage.name);
  const writes = topicsOf(names, (name) => graph[name].writes);
  // Any stage may end a repository, so every process also writes this topic.
  const ends: readonly TopicName[] = [lifecycle.dropped];
  return openConfluentWire(
    { registry, dataset, clock, log, signal },
    [...new Set([...writes, ...ends])],
    topicsOf(names, (name) => graph[name].reads),
  );
}

function topicsOf(
  names: readonly StageName[],
  pick: (name: StageName) => readonly TopicName[],
): TopicName[] {
  return [...new Set(names.flatMap(pick))];
}

function readinessOf(
  open: OpenEngine,
  options: ServeOptions,
  bus: Bus,
  run: RunFacts,
): () => Promise<Readiness> {
  const { registry, objects, stages } = options;
  const clock = options.faults?.clock ?? systemClock;
  const checks: NamedCheck[] = [
    { name: 'bus', check: () => askBus(bus, run.dataset) },
    { name: 'log', check: () => askPositions(bus, run.dataset, stages) },
    { name: 'store', check: () => objects.check() },
    ...(registry === null ? [] : [{ name: 'registry', check: () => registry.check() }]),
    ...(options.bounded
      ? [{ name: 'order', check: async () => missingPartitions(stages, open.runners) }]
      : []),
    ...(options.checks ?? []),
  ];
  const partitions = () =>
    Object.fromEntries(
      stages.map(({ name }) => [name, open.runners.get(name)?.assigned()] as const),
    );
  return createReadiness(checks, partitions, clock);
}

/** Other processes may have finished long ago, so a finished input stays closed here. */
async function start(open: OpenEngine, { bounded, stages }: ServeOptions): Promise<void> {
  for (const stage of stages) {
    if (bounded && stage.shape === 'source') await requireFinishedInput(stage, open.engine);
  }
  await open.start();
}

async function serve(
  open: OpenEngine,
  options: ServeOptions,
  settings: RuntimeKnobs,
  signal: AbortSignal,
): Promise<ServeEnd> {
  const stopped = new Promise<ServeEnd>((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const complete = open.ended.then((): ServeEnd => 'complete');
  try {
    await Promise.race([start(open, options), stopped, complete]);
    if (options.onProgress !== undefined) {
      const names = options.stages.map(({ name }) => name);
      reportProgress(open.engine, names, options.onProgress, signal).catch(open.engine.fail);
    }
    if (options.bounded) {
      void finishWhenOver(open, options, signal);
      const { clock, log } = open.engine;
      void warnOfSecondWriter(options.stages, open.runners, clock, log, signal);
    }
    return await Promise.race([complete, stopped]);
  } catch (error) {
    await endCalls(open, error, signal);
    throw error;
  } finally {
    await drain(open, settings.drainMs);
  }
}

/**
 * Ends a bounded process without the writer: when no record can reach its stages any more, or when
 * the output is complete. Offsets alone do not tell: a broker forgets the groups of stages that
 * ended long ago.
 */
async function finishWhenOver(
  { engine }: OpenEngine,
  { stages, isComplete }: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  const last = stages.at(-1);
  if (last === undefined || hasWriter({ stages })) return;
  const { bus, codec, run } = engine;
  const isOver = async (polls: number) =>
    (polls % pollsPerManifest === 0 && (await isComplete())) ||
    (await isDrained(bus, codec, run.dataset, last.name));
  try {
    for (let polls = 0; !(await isOver(polls)); polls += 1) {
      await engine.clock.sleep(endPollMs, signal);
    }
    engine.finish();
  } catch (error) {
    if (!signal.aborted) engine.fail(error);
  }
}

function hasWriter({ stages }: Pick<ServeOptions, 'stages'>): boolean {
  return stages.some((stage) => stage.shape === 'writer');
}

/** Takes no more records, finishes those it has begun up to the deadline, and commits. */
async function drain(open: OpenEngine, drainMs: number): Promise<void> {
  const stopping = open.stop();
  if (await resolvesWithin(stopping, drainMs)) return;
  open.abort();
  if (await resolvesWithin(stopping, giveUpMs)) return;
  open.engine.log.error('stages did not stop in time; their records are done again elsewhere');
}

async function resolvesWithin(task: Promise<void>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal });
  try {
    return await Promise.race([task.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

/** Checks that the bus answers at all; the number does not matter. */
async function askBus(bus: Bus, dataset: string): Promise<null> {
  await recordsIn(bus, dataset, lifecycle.closed);
  return null;
}

/** The problem when records are gone that one of the stages has not finished. */
async function askPositions(
  bus: Bus,
  dataset: string,
  stages: readonly AnyStage[],
): Promise<string | null> {
  for (const { name } of stages) {
    const gone = await findTruncation(bus, dataset, name);
    if (gone !== null) return `${gone.code}: ${gone.message}`;
  }
  return null;
}

/**
 * Chooses the stages with these names; an unknown name is a USAGE error that lists the valid ones.
 */
export function requireStages(
  names: readonly string[],
  all: readonly AnyStage[],
): readonly AnyStage[] {
  const chosen = names.includes('all') ? all.map((stage) => stage.name) : names;
  const unknown = chosen.filter((name) => !all.some((stage) => stage.name === name));
  if (unknown.length === 0) return all.filter((stage) => chosen.includes(stage.name));
  throw new PipelineError(
    'USAGE',
    `no such stage: ${unknown.join(', ')}; stages are ${all.map((stage) => stage.name).join(', ')}, or all`,
  );
}
