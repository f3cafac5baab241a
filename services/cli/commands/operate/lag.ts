/** `backstory lag`: how far behind each stage is, by offsets and commits, and which are paused. */
import { graph, stageNames } from '../../../../schemas/topology.ts';
import { type PartitionLag, partitionLags } from '../../../runtime/bus/lag.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { watchControl } from '../../../runtime/cluster/control.ts';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  withBus,
} from '../../open/connections.ts';

export interface LagOptions extends ClusterCommandOptions {
  readonly partitions?: boolean;
  readonly json?: boolean;
}

export async function lagCommand(context: CommandContext, options: LagOptions): Promise<ExitCode> {
  const { values } = await loadClusterConfiguration(context, options);
  const { dataset } = values.runtime;
  const reading = stageNames.filter((stage) => graph[stage].reads.length > 0);
  const lags = await withBus(context, values, async (bus) => {
    const { paused } = await watchControl(bus, dataset, systemClock);
    return Promise.all(
      reading.map(async (stage) => {
        const partitions = await partitionLags(bus, dataset, stage);
        return { stage, paused: paused.has(stage), ...sumUp(partitions), partitions };
      }),
    );
  });
  if (options.json === true) {
    writeJson(context.out, lags);
    return exitCodes.fine;
  }
  writeLine(
    context.out,
    row(['stage', 'records', 'committed', 'done above', 'unfinished', 'gone']),
  );
  for (const { stage, paused, partitions, ...sums } of lags) {
    const name = paused ? `${stage} (paused)` : stage;
    writeLine(context.out, row([name, ...figuresOf(sums)]));
    if (options.partitions !== true) continue;
    for (const lag of partitions.filter(({ end }) => end > 0)) {
      writeLine(context.out, row([`  ${lag.topic} ${lag.partition}`, ...figuresOf(lag)]));
    }
  }
  return exitCodes.fine;
}

function sumUp(lags: readonly PartitionLag[]) {
  const sum = (field: (lag: PartitionLag) => number) =>
    lags.reduce((total, lag) => total + field(lag), 0);
  return {
    end: sum((lag) => lag.end),
    committed: sum((lag) => lag.committed),
    doneAbove: sum((lag) => lag.doneAbove),
    unfinished: sum((lag) => lag.unfinished),
    gone: sum((lag) => lag.gone),
  };
}

function figuresOf(sums: ReturnType<typeof sumUp>): number[] {
  return [sums.end, sums.committed, sums.doneAbove, sums.unfinished, sums.gone];
}

function row([name, ...figures]: readonly (string | number)[]): string {
  return `${String(name).padEnd(24)}${figures.map((figure) => String(figure).padStart(12)).join('')}`;
}
