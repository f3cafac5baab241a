/**
 * `backstory replay --from STAGE --dataset NEW --of OLD`: runs the stages from STAGE on again, over
 * the records that an earlier data set has before STAGE, into topics and an output of their own.
 * With --follow it also takes records that arrive there later.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { boundaryTopics, type StageName, stageNames } from '../../../schemas/topology.ts';
import { carryOptOuts } from '../../dataset/growing/opt-out.ts';
import { watchClosed } from '../../dataset/manifest.ts';
import { stages } from '../../registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { systemClock } from '../../runtime/clock.ts';
import { isDrained } from '../../runtime/cluster/progress.ts';
import { beginReplay, type Replay } from '../../runtime/cluster/replay.ts';
import { crashPointOf } from '../../runtime/engine/crash-at.ts';
import type { EnvelopeReader } from '../../runtime/engine/unreadable.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Wire } from '../../runtime/records/wire.ts';
import { openConfluentWire } from '../../runtime/records/wire-confluent.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { openObjects } from '../../runtime/store/objects/open.ts';
import { type CommandContext, writeLine } from '../context.ts';
import type { ExitCode } from '../failures.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openBus,
  openRegistry,
  tellCluster,
} from '../open/connections.ts';
import { openPlace } from '../open/output-place.ts';
import { identityOf } from '../open/replay-identity.ts';
import { type ModelOptions, modelFlags } from '../with-models.ts';
import { serveOn, serviceLog } from './serve.ts';
import { applyTopics } from './topics-apply.ts';

export interface ReplayCommandOptions extends ClusterCommandOptions, ModelOptions {
  readonly from: string;
  readonly of: string;
  readonly ofOut: string;
  readonly out: string;
  readonly memo?: string;
  readonly follow?: boolean;
  readonly state?: string;
  readonly quiet?: boolean;
}

export async function replayCommand(
  context: CommandContext,
  options: ReplayCommandOptions,
): Promise<ExitCode> {
  const from = requireStage(options);
  const memo = options.memo === undefined ? {} : { 'runtime.memo': options.memo };
  const flags = { ...memo, ...modelFlags(options) };
  const loaded = await loadClusterConfiguration(context, options, flags);
  const { values, hash } = loaded;
  tellCluster(context, loaded, options.quiet);
  const { dataset, seed } = values.runtime;
  const outputFolder = resolve(context.workingFolder, options.out);
  const objects = await openObjects({ settings: values.storage, folder: outputFolder });
  const earlier = await openPlace(context, options.ofOut, options);
  const names = stageNames.slice(stageNames.indexOf(from));
  const served = stages.filter((stage) => names.includes(stage.name));
  const log = serviceLog(context, values, served);
  const bus = await openBus(context, values, log);
  try {
    if (dataset === options.of || objects.place === earlier.place) {
      throw new PipelineError('USAGE', 'a replay needs a --dataset and an --out of its own');
    }
    const registry = openRegistry(context, values);
    await applyTopics(bus, registry, dataset);
    const wireOptions = { registry, dataset, clock: systemClock, log, signal: context.signal };
    const follow = options.follow === true;
    const wire = await openConfluentWire(wireOptions, boundaryTopics(from), []);
    const replay = await beginReplay({
      file: {
        ...{ of: options.of, from, follow, configurationHash: hash, seed },
        ...(await identityOf(context, values, names, registry)),
      },
      isFinal: finality(bus, wire, earlier, options.of, from),
      ...{ bus, wire, clock: systemClock, objects, to: dataset },
    });
    // What left the earlier data set does not come back in this one.
    await carryOptOuts(earlier, objects);
    writeLine(context.err, `${replay.copied()} records of ${options.of} lie before ${from}`);
    const crashPoint = crashPointOf(context.environment);
    const quiet = options.quiet === true;
    const where = { outputFolder, state: options.state, objects, earlier, bus };
    const place = { ...where, crashPoint, log, quiet };
    const serve = (own: CommandContext, bounded: boolean) =>
      serveOn(own, values, served, {
        ...place,
        ...{ configurationHash: hash, inputHash: options.of, bounded },
      });
    if (!follow) return await serve(context, true);
    const bounded = await wasBounded(earlier);
    return await whileFollowing(replay, context, (own) => serve(own, bounded));
  } finally {
    await bus.close();
    await earlier.close();
    await objects.close();
  }
}

/** Serves and copies at the same time; a failure of either one ends both. */
async function whileFollowing(
  replay: Replay,
  context: CommandContext,
  serve: (context: CommandContext) => Promise<ExitCode>,
): Promise<ExitCode> {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const following = replay.follow(signal).catch((error: unknown) => {
    over.abort();
    throw error;
  });
  const serving = serve({ ...context, signal }).finally(() => over.abort());
  const [served, followed] = await Promise.allSettled([serving, following]);
  if (followed.status === 'rejected') throw followed.reason;
  if (served.status === 'rejected') throw served.reason;
  return served.value;
}

/**
 * Tells whether the earlier data set gets no more records. A closed manifest is proof enough, even
 * when the broker has already deleted the consumer groups.
 */
function finality(bus: Bus, wire: Wire, earlier: ObjectStore, of: string, from: StageName) {
  const before = stageNames[stageNames.indexOf(from) - 1] ?? from;
  const decodeEnvelope: EnvelopeReader['decodeEnvelope'] = async (topic, value) =>
    (await wire.decode(topic, value)).envelope;
  const isClosed = watchClosed(earlier);
  return async (): Promise<boolean> =>
    (await isClosed()) || (await isDrained(bus, { decodeEnvelope }, of, before));
}

const clusterFile = z.object({ bounded: z.boolean() });

/** Whether the earlier data set is bounded. A replay that follows a live one never ends either. */
async function wasBounded(earlier: ObjectStore): Promise<boolean> {
  const bytes = await earlier.read('run.json');
  const parsed = clusterFile.safeParse(bytes === null ? null : JSON.parse(String(bytes)));
  if (parsed.success) return parsed.data.bounded;
  throw new PipelineError(
    'OUTPUT_MISSING',
    `${earlier.place} holds no data set of a cluster (run.json); name the --out that it was served with`,
    { subject: earlier.place },
  );
}

function requireStage({ from }: ReplayCommandOptions): StageName {
  const stage = stageNames.find((name) => name === from);
  if (stage !== undefined && stage !== stageNames[0]) return stage;
  throw new PipelineError(
    'USAGE',
    `--from ${from}: must be one of ${stageNames.slice(1).join(', ')}`,
  );
}
