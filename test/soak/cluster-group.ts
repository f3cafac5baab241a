/** A whole bounded data set on real servers, with processes killed on the way. */
import { setTimeout as delay } from 'node:timers/promises';
import type { StageName } from '../../schemas/topology.ts';
import type { SeededRandom } from '../simulation/random.ts';
import { StageGroup, type StageGroupOptions } from './stage-group.ts';

export interface RandomKills {
  readonly count: number;
  /** Mean time between two. */
  readonly everyMs: number;
  readonly random: SeededRandom;
}

export interface ClusterGroupOptions extends Omit<StageGroupOptions, 'restartMs'> {
  /** By the clock, besides those of `lifeEnvironment`; a run that is soon done meets fewer. */
  readonly randomKills?: RandomKills;
  readonly deadlineMs: number;
}

export interface ClusterGroupReport {
  /** Stages whose process died by SIGKILL, in order. */
  readonly killed: readonly StageName[];
  readonly lives: number;
  readonly wallMs: number;
}

export async function runClusterGroup(options: ClusterGroupOptions): Promise<ClusterGroupReport> {
  const started = performance.now();
  const { randomKills, deadlineMs } = options;
  const group = new StageGroup({ ...options, restartMs: null });
  await group.createTopics();
  const over = new AbortController();

  const killSome = async ({ count, everyMs, random }: RandomKills) => {
    let killed = 0;
    while (killed < count) {
      await delay(everyMs * (0.5 + random.next()), undefined, { signal: over.signal });
      const member = group.anyAlive(random);
      if (member !== undefined && group.signal(member, 'SIGKILL')) killed += 1;
    }
  };
  const deadline = async () => {
    await delay(deadlineMs, undefined, { signal: over.signal });
    const left = group.alive().map((member) => member.stage);
    throw new Error(`not done after ${deadlineMs} ms; still there: ${left.join(', ')}`);
  };
  try {
    group.start();
    if (randomKills !== undefined) killSome(randomKills).catch(() => {});
    await Promise.race([group.done, deadline()]);
    // Every other end of a process is a failure here.
    const killed = group.exits.map((exit) => exit.stage);
    return { killed, lives: group.lives, wallMs: performance.now() - started };
  } finally {
    over.abort();
    group.close();
  }
}
