/**
 * `backstory replay --from STAGE --dataset NEW --of OLD`: the stages from STAGE on, once more, over
 * what an earlier data set had there, into topics and an output of their own.
 */
import { resolve } from 'node:path';
import { pino } from 'pino';
import { boundaryTopics, type StageName, stageNames } from '../../schemas/topology.ts';
import { stages } from '../registry.ts';
import { systemClock } from '../runtime/clock.ts';
import { PipelineError } from '../runtime/errors.ts';
import { openObjects } from '../runtime/objects/open.ts';
import { beginReplay } from '../runtime/replay.ts';
import { openConfluentWire } from '../runtime/wire-confluent.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openBus,
  openRegistry,
} from './connections.ts';
import { type CommandContext, writeLine } from './context.ts';
import type { ExitCode } from './failures.ts';
import { openPlace } from './output-place.ts';
import { serveOn } from './serve-command.ts';
import { openConfiguredScorer, openConfiguredTeacher } from './settings.ts';
import { applyTopics } from './topics-apply-command.ts';

export interface ReplayCommandOptions extends ClusterCommandOptions {
  readonly from: string;
  readonly of: string;
  readonly ofOut: string;
  readonly out: string;
  readonly memo?: string;
  readonly state?: string;
}

export async function replayCommand(
  context: CommandContext,
  options: ReplayCommandOptions,
): Promise<ExitCode> {
  const from = requireStage(options);
  const flags = options.memo === undefined ? {} : { 'runtime.memo': options.memo };
  const { values, hash } = await loadClusterConfiguration(context, options, flags);
  const { dataset, seed } = values.runtime;
  const outputFolder = resolve(context.workingFolder, options.out);
  const objects = await openObjects({ settings: values.storage, folder: outputFolder });
  const earlier = await openPlace(context, options.ofOut);
  const bus = await openBus(context, values);
  try {
    if (dataset === options.of || objects.place === earlier.place) {
      throw new PipelineError('USAGE', 'a replay needs a --dataset and an --out of its own');
    }
    const registry = openRegistry(context, values);
    await applyTopics(bus, registry, dataset);
    const log = pino({ level: values.runtime.logLevel, base: null }, context.err.stream);
    const wireOptions = { registry, dataset, clock: systemClock, log, signal: context.signal };
    const wire = await openConfluentWire(wireOptions, boundaryTopics(from), []);
    const teacher = await openConfiguredTeacher(context, values);
    const scorer = values.search.enabled ? await openConfiguredScorer(context, values) : null;
    const models = { teacher: teacher.identity, scorer: scorer?.identity ?? null };
    await scorer?.close();
    const file = { of: options.of, from, configurationHash: hash, seed, ...models };
    const { ends } = await beginReplay({ bus, wire, objects, to: dataset, file });
    const records = Object.values(ends)
      .flat()
      .reduce((sum, end) => sum + end, 0);
    writeLine(context.err, `${records} records of ${options.of} begin ${dataset} at ${from}`);
    const served = stages.slice(stageNames.indexOf(from));
    return await serveOn(context, values, served, {
      outputFolder,
      state: options.state,
      objects,
      earlier,
      bus,
      configurationHash: hash,
      inputHash: options.of,
      bounded: true,
    });
  } finally {
    await bus.close();
    await earlier.close();
    await objects.close();
  }
}

function requireStage({ from }: ReplayCommandOptions): StageName {
  const stage = stageNames.find((name) => name === from);
  if (stage !== undefined && stage !== stageNames[0]) return stage;
  throw new PipelineError(
    'USAGE',
    `--from ${from}: must be one of ${stageNames.slice(1).join(', ')}`,
  );
}
