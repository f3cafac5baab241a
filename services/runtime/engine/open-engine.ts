/**
 * The engine of one process, and its stages: shared by the embedded and the cluster runtime. The
 * caller chooses the bus, the stores and the log; this file builds from them what runners work
 * with.
 */
import type { Logger } from 'pino';
import {
  controlTopic,
  deadLetterTopic,
  physicalTopic,
  type StageName,
  topicNames,
  topics,
} from '../../../schemas/topology.ts';
import type { WatchedCalls } from '../../ports/calls.ts';
import type { CodeHost } from '../../ports/code-host.ts';
import type { Scorer } from '../../ports/scorer.ts';
import type { Teacher } from '../../ports/teacher.ts';
import type { Bus, TopicConfiguration } from '../bus/bus.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { RuntimeKnobs } from '../config/knobs.ts';
import type { Coordination } from '../coordination/coordination.ts';
import { openLocalCoordination } from '../coordination/local.ts';
import { type ErrorCode, PipelineError } from '../errors.ts';
import { type Memo, memoTeacher } from '../memo/memo.ts';
import { memoScorer } from '../memo/memo-scorer.ts';
import { createCodec } from '../records/codec.ts';
import type { Wire } from '../records/wire.ts';
import { createRedactor, type Redactor } from '../redact.ts';
import type { AnyStage, CrashPoint, RunFacts } from '../stage.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { ObjectStore } from '../store/objects/object-store.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { RunProgress } from '../watch/progress.ts';
import { noTraces, type Traces } from '../watch/traces/traces.ts';
import { openBurials } from './burials.ts';
import type { CrashJournal } from './crash-journal.ts';
import type { AddedSources, Engine, StageGate, StageRunner } from './engine.ts';
import { startJoin } from './runners/join.ts';
import { startMap } from './runners/map.ts';
import { startSource } from './runners/source.ts';
import { startWriter } from './runners/writer.ts';
import { stageTools } from './stage-tools.ts';

/** What the caller of either runtime specifies. */
export interface GraphOptions {
  /** Resolved values by section: one per stage, and `runtime`. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly stages: readonly AnyStage[];
  /** Null when no stage talks to a teacher. */
  readonly teacher: Teacher | null;
  /** Null when no stage talks to a scorer, or the search is off. */
  readonly scorer: Scorer | null;
  /** Where hosted sources come from; by default there are none. */
  readonly codeHost?: CodeHost | null;
  /** The teacher's calls, for metrics. */
  readonly calls?: WatchedCalls;
  /** Where it is told what happens to each repository; by default nowhere. */
  readonly traces?: Traces;
  /** What records of failures and pages may not hold; by default it knows shapes alone. */
  readonly redactor?: Redactor;
  /** Coordination with other processes of the data set; by default there are none. */
  readonly coordination?: Coordination;
  /**
   * For simulation: crash points between two effects, a faulty bus or blob store, a manual clock.
   */
  readonly faults?: {
    readonly crashPoint?: CrashPoint;
    readonly bus?: (bus: Bus) => Bus;
    readonly blobs?: (blobs: BlobStore) => BlobStore;
    readonly clock?: Clock;
  };
}

/** The parts that a runtime provides. */
export interface EngineParts {
  readonly run: RunFacts;
  readonly settings: RuntimeKnobs;
  readonly bus: Bus;
  readonly wire: Wire;
  readonly blobs: BlobStore;
  /** The store of the writers' output. */
  readonly objects: ObjectStore;
  readonly memo: Memo;
  readonly crashes: CrashJournal;
  readonly metrics: Metrics;
  readonly progress: RunProgress;
  readonly log: Logger;
  readonly gate?: StageGate;
  readonly inputs?: AddedSources;
}

/** A running process: the engine, its stages, and a promise that settles when the run ends. */
export interface OpenEngine {
  readonly engine: Engine;
  /** Resolves when the output is complete; rejects with an error that ends the process. */
  readonly ended: Promise<void>;
  readonly runners: ReadonlyMap<StageName, StageRunner>;
  /** Starts the stages, the last ones first, until one finds the output complete. */
  start(): Promise<void>;
  /** Makes handlers abandon their work. */
  abort(): void;
  /** Makes every stage take no more records, finish those being handled, and commit. */
  stop(): Promise<void>;
}

export function openEngine(options: GraphOptions, parts: EngineParts): OpenEngine {
  const blobs = options.faults?.blobs?.(parts.blobs) ?? parts.blobs;
  const clock = options.faults?.clock ?? systemClock;
  const crashPoint = options.faults?.crashPoint ?? (() => {});
  const { run, settings, metrics, log } = parts;
  const traces = options.traces ?? noTraces;
  if (traces.calls !== null) options.calls?.watch(traces.calls);
  const codec = createCodec(blobs, parts.wire);
  const coordination = options.coordination ?? openLocalCoordination(clock);
  const redactor = options.redactor ?? createRedactor();
  const { memo } = parts;
  const remembering = { memo, mode: settings.memo, count: metrics.count, coordination, redactor };
  const neighbours = {
    teacher: options.teacher === null ? null : memoTeacher(options.teacher, remembering),
    scorer: options.scorer === null ? null : memoScorer(options.scorer, memo, settings.memo),
    objects: parts.objects,
    codeHost: options.codeHost ?? null,
  };
  const abort = new AbortController();
  const { promise: ended, resolve: finish, reject: fail } = Promise.withResolvers<void>();
  // A failure can come before anybody awaits the end; that must not be an unhandled rejection.
  ended.catch(() => {});
  const runners = new Map<StageName, StageRunner>();
  let stopping: Promise<void> | null = null;
  const engine: Engine = {
    ...parts,
    traces,
    codec,
    hide: redactor.hide,
    clock,
    crashPoint,
    burials: openBurials(parts.bus, codec, run.dataset),
    signal: abort.signal,
    finish,
    fail,
    restart: (stage) => restart(engine, options.stages, runners, stage),
    toolsFor: (stage) => {
      const config = options.configuration[stage.name];
      const own = { config, log: log.child({ stage: stage.name }), count: metrics.count };
      const stream = { run, blobs, bodies: codec.bodies, signal: abort.signal, crashPoint };
      return stageTools(stage, { ...own, ...stream }, neighbours);
    },
  };
  return {
    engine,
    ended,
    runners,
    start: () => startAll(engine, options.stages, runners, ended),
    abort: () => abort.abort(new Error('the run is over')),
    stop: () => {
      stopping ??= stopAll(engine, runners);
      return stopping;
    },
  };
}

/** What ends a run while calls to the teacher are under way. */
const teacherStops: ReadonlySet<ErrorCode> = new Set(['TEACHER_BUDGET', 'TEACHER_DOWN']);

/**
 * A spent budget ends a run, and so does a teacher that takes no more calls. Calls under way are
 * paid for: they end, and their answers are remembered, unless somebody stops the run meanwhile. A
 * call that begins now is refused.
 */
export async function endCalls(
  open: OpenEngine,
  error: unknown,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (!(error instanceof PipelineError) || !teacherStops.has(error.code)) return;
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await Promise.race([open.stop(), stopped]);
}

const dayMs = 86_400_000;

/** Every topic of a data set, and its dead-letter topic, which is kept for ever. */
export function topicConfigurations(dataset: string): TopicConfiguration[] {
  return topicNames.flatMap((topic) => {
    const { partitions, retentionDays } = topics[topic];
    const retentionMs = retentionDays === null ? null : retentionDays * dayMs;
    return [
      { name: physicalTopic(dataset, topic), partitions, retentionMs },
      { name: physicalTopic(dataset, deadLetterTopic(topic)), partitions: 1 },
    ];
  });
}

/** All topics that a data set needs on a broker: those above, and the control topic. */
export function clusterTopics(dataset: string): TopicConfiguration[] {
  // Only the last record of a key counts; compaction keeps the topic small even after months.
  const control = { name: physicalTopic(dataset, controlTopic), partitions: 1, compacted: true };
  return [...topicConfigurations(dataset), control];
}

function startStage(engine: Engine, stage: AnyStage): Promise<StageRunner> {
  if (stage.shape === 'source') return startSource(stage, engine);
  if (stage.shape === 'map') return startMap(stage, engine);
  if (stage.shape === 'join') return startJoin(stage, engine);
  return startWriter(stage, engine);
}

async function startAll(
  engine: Engine,
  stages: readonly AnyStage[],
  runners: Map<StageName, StageRunner>,
  ended: Promise<void>,
): Promise<void> {
  let over = false;
  ended
    .finally(() => {
      over = true;
    })
    .catch(() => {});
  // The last stages start first: when a writer finds its output complete, the others need not
  // start.
  for (const stage of [...stages].reverse()) {
    if (over) break;
    runners.set(stage.name, await startStage(engine, stage));
  }
}

/** A stage may fail to commit after a failure; that costs a redelivery and nothing else. */
async function stopAll(engine: Engine, runners: Map<StageName, StageRunner>): Promise<void> {
  const stopOne = async (stage: StageName, runner: StageRunner) => {
    try {
      await runner.stop();
    } catch (error) {
      engine.log.error({ stage, err: error }, 'a stage did not stop cleanly');
    }
  };
  await Promise.all([...runners].map(([stage, runner]) => stopOne(stage, runner)));
}

function restart(
  engine: Engine,
  stages: readonly AnyStage[],
  runners: Map<StageName, StageRunner>,
  name: StageName,
): void {
  const stage = stages.find((candidate) => candidate.name === name);
  const old = runners.get(name);
  // A stage without a runner is being restarted already.
  if (stage === undefined || old === undefined) return;
  runners.delete(name);
  const again = async () => {
    await old.stop();
    if (engine.signal.aborted) return;
    runners.set(name, await startStage(engine, stage));
  };
  again().catch((error: unknown) => engine.fail(error));
}
