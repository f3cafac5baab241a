/** Opens what the page watches: the run in a folder, or, of the first output, a cluster. */
import type { ResolvedValues } from '../../../registry.ts';
import { timeOfDayMs } from '../../../runtime/clock.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { openClusterLive } from '../../../ui/live/cluster-live.ts';
import { openRunLive } from '../../../ui/live/run-live.ts';
import { type LiveSource, nowhere } from '../../../ui/live/source.ts';
import type { OutputPlace, ServedOutput } from '../../../ui/reading/served-output.ts';
import type { CommandContext } from '../../context.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openCommandBus,
  openWire,
} from '../../open/connections.ts';

export interface LiveOptions extends ClusterCommandOptions {
  readonly cluster?: boolean;
  readonly metrics?: readonly string[];
  readonly allowChanges?: boolean;
}

export async function openLives(
  context: CommandContext,
  places: readonly OutputPlace[],
  outputs: readonly ServedOutput[],
  options: LiveOptions,
): Promise<LiveSource[]> {
  const metrics = (options.metrics ?? []).map(readAddress);
  const runs = places.map(({ runFolder }) =>
    runFolder === null ? nowhere : openRunLive(runFolder, timeOfDayMs),
  );
  const [first] = outputs;
  if (options.cluster !== true) {
    for (const [name, given] of [
      ['--dataset', options.dataset !== undefined],
      ['--metrics', metrics.length > 0],
    ] as const) {
      if (given) throw new PipelineError('USAGE', `${name} is of use only with --cluster`);
    }
    return runs;
  }
  if (first === undefined) return runs;
  const { values } = await loadClusterConfiguration(context, options);
  requireDataset(first, values);
  const cluster = await openCluster(context, values, first, { ...options, metrics });
  return [cluster, ...runs.slice(1)];
}

/** Queues of one data set beside the samples of another would mislead. */
function requireDataset(output: ServedOutput, { runtime }: ResolvedValues): void {
  const { dataset } = output.state();
  if (dataset === runtime.dataset) return;
  throw new PipelineError(
    'USAGE',
    `${output.label} holds data set ${dataset}, and the cluster is asked for ${runtime.dataset}: add --dataset ${dataset}, or name its output`,
    { subject: '--dataset' },
  );
}

async function openCluster(
  context: CommandContext,
  values: ResolvedValues,
  { store }: ServedOutput,
  { metrics = [], allowChanges = false }: LiveOptions,
): Promise<LiveSource> {
  const bus = await openCommandBus(context, values);
  try {
    return openClusterLive({
      ...{ bus, store, metrics, mayAct: allowChanges, timeMs: timeOfDayMs },
      wire: await openWire(context, values),
      dataset: values.runtime.dataset,
      close: () => bus.close(),
    });
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** The address of a process, with or without the path of its metrics. */
function readAddress(text: string): string {
  const whole = /^https?:/.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url === null || url.username !== '' || url.password !== '') {
    throw new PipelineError(
      'USAGE',
      `--metrics ${text} is no address: host:port of a process that serves metrics (runtime.metricsPort)`,
      { subject: '--metrics' },
    );
  }
  if (url.pathname === '/') url.pathname = '/metrics';
  return url.href;
}
