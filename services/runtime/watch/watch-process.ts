/** The metrics of a process of either runtime, and what is added once somebody reads them. */
import manifest from '../../../package.json' with { type: 'json' };
import type { StageName } from '../../../schemas/topology.ts';
import type { WatchedCalls } from '../../ports/calls.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { StageReport } from '../report.ts';
import { watchLag } from './lag-meter.ts';
import { countersOf, createMetrics, loadsOf, type Metrics, type Models } from './metrics.ts';

interface Served extends Models {
  readonly stages: readonly { readonly name: StageName; readonly report?: StageReport }[];
  readonly calls?: WatchedCalls;
}

export function openMetrics(served: Served, dataset: string): Metrics {
  const stages = served.stages.map(({ name }) => name);
  const loads = () => loadsOf(served);
  return createMetrics(countersOf(served.stages), { dataset, stages, loads });
}

interface Place {
  readonly bus: Bus;
  readonly dataset: string;
  readonly clock: Clock;
}

export function watchProcess(metrics: Metrics, { stages, calls }: Served, place: Place): void {
  const names = stages.map(({ name }) => name);
  watchLag(metrics, names, place);
  const { version } = manifest;
  metrics.watch('info', async () => [{ labels: { version }, value: 1 }]);
  if (calls !== undefined) watchCalls(metrics, calls);
}

export function watchCalls(metrics: Metrics, calls: WatchedCalls): void {
  calls.watch(metrics.calls);
  const { underWay, dollarsMax } = calls;
  metrics.watch('teacher_calls_under_way', async () => [{ labels: {}, value: underWay() }]);
  if (dollarsMax === null) return;
  metrics.watch('teacher_budget_dollars', async () => [{ labels: {}, value: dollarsMax }]);
}
