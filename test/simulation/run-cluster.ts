/**
 * Several simulated cluster processes, with every real stage, on one bus: each serves some stages
 * and may be told to stop or die at any moment, so that partitions move between them.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { type StageName, talkTo } from '../../schemas/topology.ts';
import { watchClosed } from '../../services/dataset/manifest.ts';
import { sections, stages } from '../../services/registry.ts';
import type { Bus } from '../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { systemClock } from '../../services/runtime/clock.ts';
import {
  type DatasetEnds,
  type ServeEnd,
  serveStages,
} from '../../services/runtime/cluster/cluster.ts';
import { noSources, resolveConfiguration } from '../../services/runtime/config/resolve.ts';
import { clusterTopics } from '../../services/runtime/engine/open-engine.ts';
import { ProcessDeath } from '../../services/runtime/stage.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { openScorer } from '../../services/scorer/open.ts';
import { openTeacher } from '../../services/teacher/open.ts';
import { die, type Faults, faultyBus, type Life } from './faulty-bus.ts';
import type { SeededRandom } from './random.ts';
import { type GraphRun, smallOutput } from './run-graph.ts';

export interface ClusterRun extends GraphRun {
  /** Stages of each process; several processes may serve the same one. */
  readonly processes: readonly (readonly StageName[])[];
  readonly random: SeededRandom;
  /** Total number of deaths and stops, spread over the processes. */
  readonly faults: number;
  readonly busFaults: Faults;
  readonly onComplete?: (ends: DatasetEnds) => void;
}

export interface ClusterReport {
  readonly deaths: number;
  readonly stops: number;
}

/** Processes live short at first and then longer, so that every run ends. */
const livesMax = 80;

/** Runs until every process reports that the data set no longer needs it. */
export async function runCluster(cluster: ClusterRun): Promise<ClusterReport> {
  mkdirSync(cluster.outputFolder, { recursive: true });
  const bus = openSqliteBus(join(cluster.outputFolder, 'log'));
  const report = { deaths: 0, stops: 0 };
  try {
    await bus.createTopics(clusterTopics('default'));
    const { processes } = cluster;
    await Promise.all(
      processes.map((served, index) => superviseProcess(cluster, bus, { served, index }, report)),
    );
    return report;
  } finally {
    await bus.close();
  }
}

interface SimulatedProcess {
  readonly served: readonly StageName[];
  readonly index: number;
}

/** Starts a process again, as a supervisor does, until it ends by itself. */
async function superviseProcess(
  cluster: ClusterRun,
  bus: Bus,
  process: SimulatedProcess,
  report: { deaths: number; stops: number },
): Promise<void> {
  for (let lives = 0; lives < livesMax; lives += 1) {
    const end = await liveOnce(cluster, bus, process, lives, report);
    if (end === 'complete') return;
    if (end === 'stopped') report.stops += 1;
    else report.deaths += 1;
  }
  const { served, index } = process;
  throw new Error(`process ${index} (${served.join(', ')}) is not done after ${livesMax} lives`);
}

async function liveOnce(
  cluster: ClusterRun,
  bus: Bus,
  { served, index }: SimulatedProcess,
  lives: number,
  report: { deaths: number; stops: number },
): Promise<ServeEnd | 'died'> {
  const { random } = cluster;
  const life: Life = { dead: false };
  const stop = new AbortController();
  const faulty = report.deaths + report.stops < cluster.faults;
  const gentle = random.next() < 0.4;
  let stepsLeft = faulty ? random.below(12) + lives * 4 : Number.POSITIVE_INFINITY;
  const crashPoint = () => {
    if (life.dead) die(life);
    stepsLeft -= 1;
    if (stepsLeft > 0) return;
    if (!gentle) die(life);
    stop.abort();
  };
  const { values, hash, inputHash } = resolveConfiguration(sections, {
    ...noSources,
    sets: [...smallOutput, ...(cluster.sets ?? [])],
    flags: { 'discover.sources': [...cluster.sources], 'sink.tokenizer': cluster.tokenizer },
  });
  // As in a served process: opened only for stages that talk to one.
  const objects = openLocalObjects(cluster.outputFolder);
  const asks = talkTo(served, 'teacher');
  const teacher = asks ? await openTeacher(values.teacher, {}, systemClock) : null;
  const scorer = talkTo(served, 'scorer') ? await openScorer(values.scorer, {}) : null;
  try {
    return await serveStages({
      configuration: { ...values, runtime: { ...values.runtime, drainMs: 2000 } },
      stages: stages.filter((stage) => served.includes(stage.name)),
      teacher,
      scorer,
      outputFolder: cluster.outputFolder,
      stateFolder: join(cluster.outputFolder, 'state', String(index)),
      configurationHash: hash,
      inputHash,
      bounded: true,
      bus,
      registry: null,
      objects,
      isComplete: watchClosed(objects),
      reported: stages,
      ...(cluster.onComplete === undefined ? {} : { onComplete: cluster.onComplete }),
      log: pino({ level: 'silent' }),
      signal: stop.signal,
      faults: {
        crashPoint,
        bus: (own) => faultyBus(own, random, cluster.busFaults, life),
      },
    });
  } catch (error) {
    if (error instanceof ProcessDeath) return 'died';
    throw error;
  } finally {
    await scorer?.close();
  }
}
