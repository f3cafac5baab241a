/** What only a process of a cluster tells Prometheus: whether it can work, and what is paused. */
import type { StageName } from '../../../schemas/topology.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { Readiness } from '../watch/metrics-server.ts';

export function watchState(
  metrics: Metrics,
  stages: readonly { readonly name: StageName }[],
  readiness: () => Promise<Readiness>,
  paused: ReadonlySet<StageName>,
): void {
  metrics.watch('ready', async () => [{ labels: {}, value: Number((await readiness()).ready) }]);
  metrics.watch('stage_paused', async () =>
    stages.map(({ name }) => ({ labels: { stage: name }, value: Number(paused.has(name)) })),
  );
}
