/**
 * A bounded data set on real servers, one process per stage, as users start them. A supervisor
 * starts each again until it says that nothing is left to do; processes are killed at random.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type StageName, stageNames } from '../../schemas/topology.ts';
import type { SeededRandom } from '../../test/simulation/random.ts';

const launcher = fileURLToPath(new URL('../backstory.js', import.meta.url));

export interface ClusterGroupOptions {
  readonly sources: readonly string[];
  readonly dataset: string;
  readonly output: string;
  /** Environment that names the servers: BACKSTORY_KAFKA_BROKERS and so on. */
  readonly servers: Readonly<Record<string, string>>;
  readonly sets: readonly string[];
  /** Processes to kill with SIGKILL, at random. */
  readonly kills: number;
  /** Mean time between kills. */
  readonly killEveryMs: number;
  readonly random: SeededRandom;
  readonly deadlineMs: number;
}

export interface ClusterGroupReport {
  /** Stages whose process was killed, in order. */
  readonly killed: readonly StageName[];
  readonly lives: number;
  readonly wallMs: number;
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs `backstory PARAMETERS` in a process group of its own. */
export function startBackstory(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const child = spawn(process.execPath, [launcher, ...parameters], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
  return { child, finished };
}

export async function runClusterGroup(options: ClusterGroupOptions): Promise<ClusterGroupReport> {
  const started = performance.now();
  const { dataset, output, servers, random, deadlineMs } = options;
  const apply = await startBackstory(['topics', 'apply', '--dataset', dataset], servers).finished;
  if (apply.code !== 0) throw new Error(`topics apply: exit ${apply.code}: ${apply.output}`);
  const alive = new Map<StageName, ChildProcess>();
  const killed: StageName[] = [];
  let lives = 0;
  let over = false;

  const supervise = async (stage: StageName) => {
    while (!over) {
      lives += 1;
      const sources = stage === 'discover' ? options.sources : [];
      const sets = options.sets.flatMap((set) => ['--set', set]);
      const place = ['--dataset', dataset, '--out', output, '--bounded'];
      const life = startBackstory(['serve', stage, ...sources, ...place, ...sets], servers);
      alive.set(stage, life.child);
      const { code, output: text } = await life.finished;
      alive.delete(stage);
      if (code === 0) return;
      if (code !== null) throw new Error(`serve ${stage}: exit ${code}: ${text}`);
    }
  };
  const killSome = async () => {
    while (killed.length < options.kills && !over) {
      await delay(options.killEveryMs * (0.5 + random.next()));
      const stages = [...alive.keys()];
      const stage = stages[random.below(Math.max(1, stages.length))];
      if (stage === undefined || !kill(alive.get(stage))) continue;
      killed.push(stage);
    }
  };
  const late = new AbortController();
  const deadline = delay(deadlineMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(
      `not done after ${deadlineMs} ms; still there: ${[...alive.keys()].join(', ')}`,
    );
  });
  try {
    const killing = killSome();
    await Promise.race([Promise.all(stageNames.map(supervise)), deadline]);
    over = true;
    await killing;
    return { killed, lives, wallMs: performance.now() - started };
  } finally {
    over = true;
    late.abort();
    deadline.catch(() => {});
    for (const child of alive.values()) kill(child);
  }
}

/** False when it was gone already. */
function kill(child: ChildProcess | undefined): boolean {
  if (child?.pid === undefined || child.exitCode !== null) return false;
  try {
    process.kill(-child.pid, 'SIGKILL');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
