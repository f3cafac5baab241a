/**
 * `backstory serve STAGE…|all [SOURCE…]`: one process of a cluster. It ends on a signal, when a
 * bounded data set no longer needs it, or with a coded error, after which a supervisor starts it
 * again.
 */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { graph, type StageName, talkTo } from '../../../schemas/topology.ts';
import { watchClosed } from '../../dataset/manifest.ts';
import { type ResolvedValues, type RunSummary, stages } from '../../registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { requireStages, serveStages } from '../../runtime/cluster/cluster.ts';
import type { StageProgress } from '../../runtime/cluster/own-progress.ts';
import type { NamedCheck } from '../../runtime/cluster/readiness.ts';
import type { Coordination } from '../../runtime/coordination/coordination.ts';
import { crashPointOf } from '../../runtime/engine/crash-at.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { AnyStage, CrashPoint } from '../../runtime/stage.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { openObjects } from '../../runtime/store/objects/open.ts';
import { openProcessLog } from '../../runtime/watch/log.ts';
import { expandSources } from '../../stages/discover/sources.ts';
import { type Meter, openMeter } from '../../teacher/meter.ts';
import { type CommandContext, writeLine } from '../context.ts';
import { type ExitCode, exitCodes, reportFailure } from '../failures.ts';
import { openConfiguredHost } from '../open/code-host.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openBus,
  openRegistry,
  tellCluster,
} from '../open/connections.ts';
import { openCoordination } from '../open/coordination.ts';
import { withOptOutsOf } from '../open/opt-outs.ts';
import { requireStore } from '../open/output-place.ts';
import { type Models, openModels } from '../open/settings.ts';
import { openTraces } from '../open/traces.ts';
import { modelFailureOf } from '../useless-models.ts';
import { describeService } from '../views/service-progress.ts';
import { type ModelOptions, modelFlags } from '../with-models.ts';

export interface ServeCommandOptions extends ClusterCommandOptions, ModelOptions {
  readonly out: string;
  readonly state?: string;
  readonly bounded?: boolean;
  readonly quiet?: boolean;
}

export async function serveCommand(
  context: CommandContext,
  parameters: readonly string[],
  options: ServeCommandOptions,
): Promise<ExitCode> {
  const { served, sources } = splitParameters(parameters);
  const flags = {
    ...(sources.length > 0 ? { 'discover.sources': [...sources] } : {}),
    ...modelFlags(options),
  };
  const loaded = await loadClusterConfiguration(context, options, flags);
  const { values, hash, inputHash } = loaded;
  tellCluster(context, loaded, options.quiet);
  await requireInput(served, sources, values);
  const outputFolder = resolve(context.workingFolder, options.out);
  const crashPoint = crashPointOf(context.environment);
  const onStep = (step: string) => crashPoint?.(`sink:${step}`);
  const log = serviceLog(context, values, served);
  const store = { settings: values.storage, folder: outputFolder, onStep, log };
  const objects = await openObjects(store);
  const bus = await openBus(context, values, log);
  try {
    const bounded = options.bounded === true;
    const quiet = options.quiet === true;
    const identity = { configurationHash: hash, inputHash };
    const place = { outputFolder, state: options.state, objects, bus, crashPoint, log };
    return await serveOn(context, values, served, { ...place, ...identity, bounded, quiet });
  } finally {
    await bus.close();
    await objects.close();
  }
}

export interface ServePlace {
  readonly outputFolder: string;
  readonly state: string | undefined;
  readonly objects: ObjectStore;
  /** The store of the data set that is replayed, for its blobs and memo. */
  readonly earlier?: ObjectStore;
  readonly bus: Bus;
  readonly log: Logger;
  /** Set by fault tests: where this process dies. */
  readonly crashPoint: CrashPoint | null;
  readonly configurationHash: string;
  readonly inputHash: string;
  readonly bounded: boolean;
  /** Without lines about what is done. */
  readonly quiet: boolean;
}

/** What the stages report of the trajectories of a complete data set. */
type ReportedFacts = Pick<RunSummary, 'lacks' | 'thoughts'>;

/** Serves until a signal, or until a bounded data set is complete; `replay` uses it too. */
export async function serveOn(
  context: CommandContext,
  values: ResolvedValues,
  served: readonly AnyStage[],
  { state, crashPoint, quiet, ...place }: ServePlace,
): Promise<ExitCode> {
  await requireStore(place.objects);
  const names = served.map((stage) => stage.name);
  const own = state ?? join(place.outputFolder, 'state', names.join('+'));
  const coordination = await openCoordination(context, values, { names, ...place });
  const meter = openMeter();
  const shared = { coordination, meter };
  const { teacher, scorer, checks } = await openCheckedModels(context, values, names, shared);
  const traces = await openTraces(context, values.runtime.dataset, (said) => place.log.warn(said));
  let failure: PipelineError | null = null;
  try {
    const end = await serveStages({
      ...place,
      ...(crashPoint === null ? {} : { faults: { crashPoint } }),
      configuration: await withOptOutsOf(values, place.objects),
      stages: served,
      teacher,
      calls: meter.watched(values.teacher.dollarsMax),
      traces,
      scorer,
      codeHost: talkTo(names, 'code host')
        ? openConfiguredHost(context, values, tellWait(place.log))
        : null,
      coordination,
      stateFolder: resolve(context.workingFolder, own),
      registry: openRegistry(context, values),
      isComplete: watchClosed(place.objects),
      signal: context.signal,
      redactor: context.redactor,
      ...(quiet ? {} : { onProgress: progressLines(context) }),
      checks,
      reported: stages,
      onComplete: ({ repositories, facts }) => {
        failure = modelFailureOf({ repositories, ...(facts as ReportedFacts) });
      },
      onStarted: (port) => {
        const metrics = port === null ? '' : `, metrics on port ${port}`;
        const { dataset } = values.runtime;
        writeLine(context.err, `serving ${names.join(', ')} of data set ${dataset}${metrics}`);
      },
    });
    const said = end === 'complete' ? 'nothing is left to do' : 'stopped';
    writeLine(context.err, `${names.join(', ')}: ${said}`);
    return failure === null ? exitCodes.fine : reportFailure(failure, context, false);
  } finally {
    await traces.close();
    await scorer?.close();
    await coordination.close();
  }
}

function tellWait(log: Logger): (ms: number) => void {
  return (waitMs) => log.warn({ waitMs }, 'waiting for quota of the code host');
}

/** Writes a line when something has changed since the last one. */
function progressLines({ err }: CommandContext) {
  let last = '';
  return (progress: readonly StageProgress[]) => {
    const line = describeService(progress);
    if (line !== last) writeLine(err, line);
    last = line;
  };
}

/** Logs JSON lines to standard error, each with the data set and the process's stages. */
export function serviceLog(
  context: CommandContext,
  values: ResolvedValues,
  served: readonly AnyStage[],
): Logger {
  const { dataset, logLevel: level } = values.runtime;
  const base = { dataset, stages: served.map((stage) => stage.name) };
  // The terminal's stream hides secrets.
  return openProcessLog({ level, base }, context.err.stream);
}

/** Stage names come first, then sources. A folder named like a stage is written ./plan. */
function splitParameters(parameters: readonly string[]): {
  served: readonly AnyStage[];
  sources: readonly string[];
} {
  const isStage = (name: string) => name === 'all' || Object.hasOwn(graph, name);
  const firstSource = parameters.findIndex((name) => !isStage(name));
  const count = firstSource < 0 ? parameters.length : firstSource;
  const names = parameters.slice(0, Math.max(1, count));
  return { served: requireStages(names, stages), sources: parameters.slice(names.length) };
}

async function requireInput(
  served: readonly AnyStage[],
  sources: readonly string[],
  values: ResolvedValues,
): Promise<void> {
  const discovers = served.some((stage) => stage.shape === 'source');
  const { limit, listSourcesMax, sources: known } = values.discover;
  if (!discovers && sources.length > 0) {
    throw new PipelineError('USAGE', `only discover reads sources; ${sources[0]} is no stage`);
  }
  if (!discovers) return;
  if (known.length === 0) throw new PipelineError('USAGE', 'discover needs at least one SOURCE');
  await expandSources(known, limit, listSourcesMax);
}

interface CheckedModels extends Models {
  readonly checks: readonly NamedCheck[];
}

/** The models that the stages talk to, and the checks that must pass for readiness. */
async function openCheckedModels(
  context: CommandContext,
  values: ResolvedValues,
  names: readonly StageName[],
  { coordination, meter }: { readonly coordination: Coordination; readonly meter: Meter },
): Promise<CheckedModels> {
  const checks: NamedCheck[] = [];
  const parts = { budget: coordination.budget, meter };
  const { teacher, scorer } = await openModels(context, values, names, parts);
  if (teacher !== null && values.runtime.memo !== 'only') {
    checks.push({ name: 'teacher', check: () => teacher.check() });
    checks.push({ name: 'redis', check: () => coordination.check() });
  }
  if (scorer !== null && values.runtime.memo !== 'only')
    checks.push({ name: 'scorer', check: () => scorer.check() });
  return { teacher, scorer, checks };
}
