/**
 * `backstory pause|resume STAGE`: writes to the data set's control topic, which every process reads
 * within a second. A paused stage finishes the records it has begun and keeps its partitions.
 */
import { stageNames } from '../../../../schemas/topology.ts';
import { stages } from '../../../registry.ts';
import { requireStages } from '../../../runtime/cluster/cluster.ts';
import { tell } from '../../../runtime/cluster/control.ts';
import { type CommandContext, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  withBus,
} from '../../open/connections.ts';

export async function pauseCommand(
  context: CommandContext,
  names: readonly string[],
  paused: boolean,
  options: ClusterCommandOptions,
): Promise<ExitCode> {
  const chosen = requireStages(names, stages).map((stage) => stage.name);
  const { values } = await loadClusterConfiguration(context, options);
  const { dataset } = values.runtime;
  await withBus(context, values, async (bus) => {
    for (const stage of stageNames.filter((name) => chosen.includes(name))) {
      await tell(bus, dataset, { about: 'stage', stage, paused });
    }
  });
  const verb = paused ? 'paused' : 'resumed';
  writeLine(context.out, `${verb} in data set ${dataset}: ${chosen.join(', ')}`);
  return exitCodes.fine;
}
