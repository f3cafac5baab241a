/** What one process of a cluster has done, and what waits for its stages, for those who watch. */
import { graph, type StageName } from '../../../schemas/topology.ts';
import { unfinished } from '../bus/lag.ts';
import type { Engine } from '../engine/engine.ts';
import type { EndedAs } from '../watch/metrics.ts';

export interface StageProgress {
  readonly stage: StageName;
  /** Records that this process has handled, by how they ended. */
  readonly ended: Readonly<Partial<Record<EndedAs, number>>>;
  /** Records that wait, or that any process works on; null for a source, or where Kafka is gone. */
  readonly waiting: number | null;
}

const intervalMs = 10_000;

/** Reports every ten seconds until the signal aborts. */
export async function reportProgress(
  { bus, run, metrics, clock }: Pick<Engine, 'bus' | 'run' | 'metrics' | 'clock'>,
  stages: readonly StageName[],
  report: (progress: readonly StageProgress[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const waitingFor = async (stage: StageName) => {
    if (graph[stage].reads.length === 0) return null;
    try {
      return await unfinished(bus, run.dataset, stage);
    } catch {
      // Whatever reads and writes there says so; progress is no reason to end.
      return null;
    }
  };
  for (;;) {
    try {
      await clock.sleep(intervalMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const ended = metrics.ended();
    const progress = await Promise.all(
      stages.map(async (stage) => ({
        stage,
        ended: ended[stage] ?? {},
        waiting: await waitingFor(stage),
      })),
    );
    if (!signal.aborted) report(progress);
  }
}
