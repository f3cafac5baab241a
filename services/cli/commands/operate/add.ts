/**
 * `backstory add SOURCE… --dataset NAME`: gives a live data set more sources. They are records of
 * its control topic, so its discover process takes them within a second, and again whenever it
 * starts.
 */
import { resolve } from 'node:path';
import { lifecycle } from '../../../../schemas/topology.ts';
import { recordsIn } from '../../../runtime/bus/lag.ts';
import { tell } from '../../../runtime/cluster/control.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { archiveFolder } from '../../../stages/discover/gh-archive/hour-files.ts';
import { parseHostedName } from '../../../stages/discover/source-names.ts';
import { expandSources } from '../../../stages/discover/sources.ts';
import { type CommandContext, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  withBus,
} from '../../open/connections.ts';
import { plural } from '../../views/format.ts';

export async function addCommand(
  context: CommandContext,
  sources: readonly string[],
  options: ClusterCommandOptions,
): Promise<ExitCode> {
  const whole = sources.map((source) => wholePath(source, context.workingFolder));
  const flags = { 'discover.sources': whole };
  const { values } = await loadClusterConfiguration(context, options, flags);
  const { dataset } = values.runtime;
  // A misspelt source is told here, not in the log of another process.
  await expandSources(whole, null, values.discover.listSourcesMax);
  await withBus(context, values, async (bus) => {
    if ((await recordsIn(bus, dataset, lifecycle.closed)) > 0) throw closed(dataset);
    for (const source of whole) await tell(bus, dataset, { about: 'source', source });
  });
  const count = plural(sources.length, 'source');
  writeLine(context.out, `added to data set ${dataset}: ${count}; its discover takes them now`);
  return exitCodes.fine;
}

/** The process that reads it may stand in another folder. */
function wholePath(source: string, folder: string): string {
  if (parseHostedName(source) !== null) return source;
  const hours = archiveFolder(source);
  if (hours !== null) return `gharchive:${resolve(folder, hours)}`;
  return source.startsWith('@') ? `@${resolve(folder, source.slice(1))}` : resolve(folder, source);
}

function closed(dataset: string): PipelineError {
  return new PipelineError(
    'OUTPUT_MISMATCH',
    `data set ${dataset} is bounded and its input is closed; bring the sources into a new data set`,
    { subject: dataset },
  );
}
