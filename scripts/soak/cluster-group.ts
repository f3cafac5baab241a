/** A whole bounded data set on real servers, with processes killed at random on the way. */
import { setTimeout as delay } from 'node:timers/promises';
import type { StageName } from '../../schemas/topology.ts';
import type { SeededRandom } from '../../test/simulation/random.ts';
import { StageGroup, type StageGroupOptions } from './stage-group.ts';

export interface ClusterGroupOptions extends Omit<StageGroupOptions, 'restartMs'> {
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

export async function runClusterGroup(options: ClusterGroupOptions): Promise<ClusterGroupReport> {
  const started = performance.now();
  const { random, deadlineMs } = options;
  const group = new StageGroup({ ...options, restartMs: null });
  await group.createTopics();
  const killed: StageName[] = [];
  const over = new AbortController();

  const killSome = async () => {
    while (killed.length < options.kills) {
      await delay(options.killEveryMs * (0.5 + random.next()), undefined, { signal: over.signal });
      const alive = group.alive();
      const member = alive[random.below(Math.max(1, alive.length))];
      if (member !== undefined && group.signal(member, 'SIGKILL')) killed.push(member.stage);
    }
  };
  const deadline = async () => {
    await delay(deadlineMs, undefined, { signal: over.signal });
    const left = group.alive().map((member) => member.stage);
    throw new Error(`not done after ${deadlineMs} ms; still there: ${left.join(', ')}`);
  };
  try {
    group.start();
    killSome().catch(() => {});
    await Promise.race([group.done, deadline()]);
    return { killed, lives: group.lives, wallMs: performance.now() - started };
  } finally {
    over.abort();
    group.close();
  }
}
