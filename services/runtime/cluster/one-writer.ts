/**
 * A bounded data set has one process for its writer: restoring source order needs all partitions. A
 * second process would split them, and both would wait for ever; so a process that lacks partitions
 * warns.
 */
import type { Logger } from 'pino';
import { graph, type StageName, topics } from '../../../schemas/topology.ts';
import type { Clock } from '../clock.ts';
import type { StageRunner } from '../engine/engine.ts';
import type { AnyStage } from '../stage.ts';

/**
 * A rebalance is over after this time; partitions that are still missing belong to another process.
 */
const lookMs = 10_000;

/** The problem in words, or null. A runner that has not started yet lacks nothing. */
export function missingPartitions(
  stages: readonly AnyStage[],
  runners: ReadonlyMap<StageName, StageRunner>,
): string | null {
  const writer = stages.find((stage) => stage.shape === 'writer');
  const held = writer === undefined ? null : (runners.get(writer.name)?.assigned() ?? null);
  if (writer === undefined || held === null) return null;
  const all = graph[writer.name].reads.reduce((sum, topic) => sum + topics[topic].partitions, 0);
  if (held === all) return null;
  return `${writer.name} holds ${held} of ${all} partitions: another process serves it too, or did until a moment ago; a bounded data set needs all of them in one process, stop the other`;
}

/** Warns once when two checks in a row find partitions missing. Ends with the signal. */
export async function warnOfSecondWriter(
  stages: readonly AnyStage[],
  runners: ReadonlyMap<StageName, StageRunner>,
  clock: Clock,
  log: Pick<Logger, 'warn'>,
  signal: AbortSignal,
): Promise<void> {
  let before: string | null = null;
  while (!signal.aborted) {
    try {
      await clock.sleep(lookMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const now = missingPartitions(stages, runners);
    if (now !== null && before !== null) {
      log.warn(now);
      return;
    }
    before = now;
  }
}
