/**
 * Reads the sources in order, each as an item for the log. Hosted ones are fetched several at once;
 * whatever concerns one source alone becomes its drop.
 */
import { PipelineError } from '../../runtime/errors.ts';
import { type Emit, emit } from '../../runtime/outcomes.ts';
import type { SourceItem, SourcePast, Tools } from '../../runtime/stage.ts';
import type { DiscoverKnobs } from './config.ts';
import { holdFailures } from './hosted/hold-failures.ts';
import { inOrder } from './hosted/in-order.ts';
import { readKnown } from './hosted/known.ts';
import { type Given, type GivingTask, type HostedTools, hostedTasks } from './hosted/tasks.ts';
import { openComparison, type SketchedItem } from './near-duplicates/comparison.ts';
import type { discoverReport } from './near-duplicates/report.ts';
import { packSource } from './pack-source.ts';
import { repositoryIdentity, unreadableIdentity } from './source-names.ts';
import {
  expandAdded,
  expandSources,
  type HostedSpec,
  type LocalSpec,
  type SearchSpec,
  type SourceSpec,
} from './sources.ts';

type DiscoverTools = Tools<'discover', DiscoverKnobs, typeof discoverReport>;

export async function* readItems(
  tools: DiscoverTools,
  past: SourcePast,
): AsyncGenerator<SourceItem | Emit> {
  const { sources, limit, listSourcesMax, fetchesMax } = tools.config;
  const specs = [
    ...(past.addedOnly ? [] : await expandSources(sources, limit, listSourcesMax)),
    ...(await expandAdded(past.added, listSourcesMax)),
  ];
  const comparison = await openComparison(tools, past);
  const tasks = limited(readTasks(specs, tools, past), limit);
  for await (const item of holdFailures(inOrder(tasks, fetchesMax))) {
    yield 'kind' in item ? item : await comparison.compare(item, past);
    if (tools.signal.aborted) return;
  }
}

async function* readTasks(
  specs: readonly SourceSpec[],
  tools: DiscoverTools,
  past: SourcePast,
): AsyncGenerator<GivingTask> {
  const hosted = specs.some(isHosted) ? await openHosted(tools, past) : null;
  const failures = new Map<string, number>();
  for (const spec of specs) {
    if (tools.signal.aborted) return;
    if (!isHosted(spec)) {
      yield localTask(() => readItem(spec, failures, tools, past));
    } else if (hosted !== null) yield* hostedTasks(spec, hosted);
  }
}

/** Folders are packed one after the other, since each is held in memory. */
function localTask(read: () => Promise<Given>): GivingTask {
  return { ahead: false, counts: true, run: async () => [await read()] };
}

/** Takes no more tasks than the limit allows repositories. */
async function* limited(
  tasks: AsyncGenerator<GivingTask>,
  limit: number | null,
): AsyncGenerator<GivingTask> {
  let taken = 0;
  for await (const task of tasks) {
    yield task;
    taken += task.counts ? 1 : 0;
    if (taken === limit) return;
  }
}

function isHosted(spec: SourceSpec): spec is HostedSpec | SearchSpec {
  return spec.kind === 'hosted' || spec.kind === 'search';
}

async function openHosted(
  { config, codeHost, blobs, signal }: DiscoverTools,
  past: SourcePast,
): Promise<HostedTools> {
  if (codeHost === null) throw new Error('a source is on a code host, and none was opened');
  const { archiveBytesMax: bytesMax, snapshotTimeoutMs: timeoutMs } = config;
  const limits = { ...config, bytesMax, timeoutMs };
  return { host: codeHost, known: await readKnown(past), blobs, limits, signal };
}

async function readItem(
  spec: LocalSpec,
  failures: Map<string, number>,
  tools: DiscoverTools,
  past: SourcePast,
): Promise<SketchedItem> {
  try {
    // What the data set has already was compared when it came.
    const isCompared = (hash: string) => !past.has(repositoryIdentity(spec.name, hash));
    const limits = { ...tools.config, outputFolder: tools.run.outputFolder, isCompared };
    const packed = await packSource(spec, limits);
    const { name, origin, commit, format, archive, eventTimeMs, sketches } = packed;
    const { contentSha256, treeSha256 } = packed;
    const reference = await tools.blobs.put(archive);
    const repositoryId = repositoryIdentity(name, contentSha256);
    const facts = { archive: reference, format, treeSha256, hosted: null, near: null };
    const outcome = emit('repo-found', { name, origin, commit, ...facts });
    const subject = { name, origin };
    return { repositoryId, eventTimeMs, subject, outcome, sketches };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (error.code !== 'SOURCE_UNREADABLE' && error.code !== 'SOURCE_EMPTY') throw error;
    const { name, origin } = spec;
    const known = failures.get(origin) ?? 0;
    failures.set(origin, known + 1);
    const repositoryId = unreadableIdentity(name, origin, known);
    const subject = { name, origin };
    const outcome = { kind: 'unreadable' as const, reason: error.code, detail: error.message };
    return { repositoryId, eventTimeMs: 0, subject, outcome };
  }
}
