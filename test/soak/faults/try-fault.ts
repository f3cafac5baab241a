/** One fault, once: an undisturbed embedded run, the cluster under the fault, a comparison. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../simulation/random.ts';
import { StageGroup } from '../stage-group.ts';
import { startBackstory } from '../start-backstory.ts';
import { check, expect, type Findings } from './checker.ts';
import type { Fault, FieldReport, Servers } from './fault.ts';
import { Monitor } from './monitor.ts';

export interface Trial {
  readonly fault: Fault;
  readonly seed: number;
  readonly servers: Servers;
  readonly dataset: string;
  /** For outputs; removed afterwards. */
  readonly folder: string;
  readonly sources: readonly string[];
  readonly sets: readonly string[];
  /** As short as brokers allow, so that a dead member is missed soon. */
  readonly sessionTimeoutMs: number;
  readonly deadlineMs: number;
}

export interface TrialReport extends Omit<Findings, 'strange' | 'problems'> {
  readonly tried: number;
  readonly worstRecoveryMs: number;
  readonly lives: number;
  /** Codes that processes ended with before they were started again; null for a kill. */
  readonly ends: readonly (string | null)[];
  readonly wallMs: number;
  readonly problems: readonly string[];
}

export async function tryFault(trial: Trial): Promise<TrialReport> {
  const { dataset, servers, fault } = trial;
  const folder = join(trial.folder, dataset);
  const small = fault.onSmallDisk === true ? servers.disks?.output.folder : undefined;
  const output = join(small ?? folder, 'cluster');
  mkdirSync(folder, { recursive: true });
  try {
    const expected = await expect(await runEmbedded(trial, folder), dataset);
    const report = await runCluster(trial, folder, output);
    if (fault.isFatal === true) return { ...report, lost: 0, duplicated: 0, repeated: 0 };
    const brokers = servers.cluster.address('kafka');
    const findings = await check(expected, { brokers, dataset, output }, report);
    return { ...report, ...findings, problems: [...report.problems, ...findings.problems] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(output, { recursive: true, force: true });
  }
}

async function runEmbedded({ dataset, sources, sets }: Trial, folder: string): Promise<string> {
  const output = join(folder, 'embedded');
  const knobs = [...sets, `runtime.dataset=${dataset}`].flatMap((set) => ['--set', set]);
  const run = startBackstory(['run', ...sources, '--out', output, '--quiet', ...knobs], {});
  const finished = await run.finished;
  if (finished.code !== 0) throw new Error(`exit ${finished.code}: ${finished.output}`);
  return output;
}

async function runCluster(
  trial: Trial,
  folder: string,
  output: string,
): Promise<FieldReport & Pick<TrialReport, 'lives' | 'ends' | 'wallMs'>> {
  const { fault, servers, dataset, sources } = trial;
  const started = performance.now();
  const random = seededRandom(trial.seed);
  const { cluster } = servers;
  const lives = fault.lives?.(random);
  const group = new StageGroup({
    ...{ sources, dataset, output, stateFolder: join(folder, 'state'), restartMs: 1000 },
    servers: {
      BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
      BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
      ...(servers.redis === null ? {} : { BACKSTORY_REDIS_URL: servers.redis }),
      BACKSTORY_KAFKA_SESSION_TIMEOUT_MS: String(trial.sessionTimeoutMs),
      BACKSTORY_KAFKA_HEARTBEAT_MS: '500',
    },
    sets: [...trial.sets, ...(fault.sets ?? [])],
    ...(lives === undefined ? {} : { lifeEnvironment: lives }),
  });
  const monitor = new Monitor(cluster.address('kafka'), dataset);
  const report: FieldReport = {
    ...{ tried: 0, worstRecoveryMs: 0, strange: {}, problems: [] },
    taken: { repositories: new Set(), topics: new Set() },
  };
  const over = new AbortController();
  try {
    await group.createTopics();
    group.start();
    const field = {
      ...{ servers, group, monitor, random, dataset, folder, output, report },
      over: over.signal,
    };
    const striking = fault.strike(field);
    await Promise.race([
      group.done,
      striking.then(() => (fault.isFatal === true ? undefined : group.done)),
      late(trial, group, over.signal),
    ]);
    over.abort();
    await striking;
    if (report.tried === 0)
      report.problems.push('the data set was complete before the fault struck');
    const ends = group.exits.map(({ stage, code, output: text }) =>
      code === null ? null : `${stage} ${/error [A-Z_]+: .{0,240}/.exec(text)?.[0] ?? text}`,
    );
    return { ...report, lives: group.lives, ends, wallMs: performance.now() - started };
  } finally {
    over.abort();
    group.close();
    await monitor.close();
  }
}

/** What stands at the end of a run that hangs is what a person needs. */
async function late({ fault, deadlineMs }: Trial, group: StageGroup, over: AbortSignal) {
  await delay(deadlineMs, undefined, { signal: over });
  const left = group.alive().map((member) => member.stage);
  const last = group.exits.slice(-5).map((exit) => `${exit.stage}: ${exit.code} ${exit.output}`);
  throw new Error(
    `${fault.name}: not done after ${deadlineMs} ms; still there: ${left.join(', ')}\n${last.join('\n')}`,
  );
}
