/**
 * Turns the sources on a code host into tasks, each of which gives items for the log. What the data
 * set has already costs no request. A failure that concerns one repository becomes its drop.
 */
import type { HostedRepository, ListedRepository } from '../../../../schemas/generated/types.ts';
import type { CodeHost, SnapshotLimits } from '../../../ports/code-host.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { type Emit, emit, type Subject } from '../../../runtime/outcomes.ts';
import type { SourceItem } from '../../../runtime/stage.ts';
import type { BlobStore } from '../../../runtime/store/blobs.ts';
import { readArchiveFacts, type ScanLimits } from '../archive-facts.ts';
import type { SketchedItem } from '../near-duplicates/comparison.ts';
import type { HostedSpec, SearchSpec } from '../sources.ts';
import type { Task } from './in-order.ts';
import { failedIdentity, hostedIdentity, type Known } from './known.ts';
import { listSearch } from './search.ts';

export interface HostedTools {
  readonly host: CodeHost;
  readonly known: Known;
  readonly blobs: BlobStore;
  readonly limits: SnapshotLimits & ScanLimits;
  readonly signal: AbortSignal;
}

export type Given = SketchedItem | Emit;
export interface GivingTask extends Task<readonly Given[]> {
  /** False for a record about the input, which is no repository. */
  readonly counts: boolean;
}

export async function* hostedTasks(
  spec: HostedSpec | SearchSpec,
  tools: HostedTools,
): AsyncGenerator<GivingTask> {
  if (spec.kind === 'search') yield* searchTasks(spec, tools);
  else yield* repositoryTasks(spec, tools);
}

function given(item: Given): GivingTask {
  return { ahead: false, counts: !('kind' in item), run: async () => [item] };
}

/** The record of the commit comes before the download, so that a restart fetches the same one. */
async function* repositoryTasks(spec: HostedSpec, tools: HostedTools): AsyncGenerator<GivingTask> {
  const { host, known } = tools;
  const again = known.purpose === 'again';
  const { origin } = spec;
  const before = known.listed(origin, '')?.repositories[0] ?? null;
  const failedId = failedIdentity(host.name, origin);
  const wanted: Wanted = { subject: spec, failedId };
  if (!again && before === null && (known.purpose === 'compare' || known.has(failedId))) {
    yield given(knownItem(failedId, spec));
    return;
  }
  if (before !== null && !again) {
    yield fetchTask({ ...wanted, listed: before }, tools);
    return;
  }
  const { promise, resolve, reject } = Promise.withResolvers<ListedRepository>();
  promise.catch(() => {});
  const look = async (): Promise<readonly Given[]> => {
    try {
      const listed = await lookUp(spec, before, tools);
      resolve(listed);
      const body = { source: origin, part: '', total: 1, untilMs: 0, parts: [] };
      return listed === before ? [] : [emit('source-listed', { ...body, repositories: [listed] })];
    } catch (error) {
      reject(error);
      return [];
    }
  };
  yield { ahead: true, counts: false, run: look };
  yield fetchTask({ ...wanted, listed: promise }, tools);
}

/** The commit to read; the earlier one, unchanged, where the host has no newer one. */
async function lookUp(
  { repository: name, reference }: HostedSpec,
  before: ListedRepository | null,
  { host, signal }: HostedTools,
): Promise<ListedRepository> {
  const repository = before?.repository ?? (await host.repository(name, signal));
  const etag = before?.etag ?? null;
  const found = await host.commit(repository.name, reference, signal, etag);
  if (found === 'unchanged' || found.commit === before?.commit) return before ?? nothing(name);
  return { repository, commit: found.commit, commitTimeMs: found.timeMs, etag: found.etag };
}

function nothing(name: string): never {
  throw new PipelineError('SOURCE_FAILED', `${name} is unchanged since it was never read`);
}

async function* searchTasks(spec: SearchSpec, tools: HostedTools): AsyncGenerator<GivingTask> {
  const { host, signal } = tools;
  const { origin: source, query } = spec;
  try {
    for await (const step of listSearch({ source, query }, tools, signal)) {
      if (step.kind === 'listed') yield given(emit('source-listed', step.body));
      else if (step.kind === 'new') yield given(knownItem(failedIdentity(host.name, source), spec));
      else if (step.kind === 'shortfall') {
        const repositoryId = failedIdentity(host.name, `${source} ${step.part}`);
        const reason = new PipelineError('LISTING_CAPPED', step.detail);
        yield given(failedItem(repositoryId, spec, reason));
      } else yield listedTask(step.listed, tools);
    }
  } catch (error) {
    if (!isDrop(error)) throw error;
    yield given(failedItem(failedIdentity(host.name, source), spec, error));
  }
}

function listedTask(listed: ListedRepository, tools: HostedTools): GivingTask {
  const { repository } = listed;
  const subject = { name: baseName(repository), origin: `github:${repository.name}` };
  const failedId = failedIdentity(repository.host, repository.id);
  return fetchTask({ listed, subject, failedId }, tools);
}

function fetchTask(wanted: Wanted & Listed, tools: HostedTools): GivingTask {
  return { ahead: true, counts: true, run: () => fetchItem(wanted, tools) };
}

function baseName({ name }: HostedRepository): string {
  return name.slice(name.indexOf('/') + 1);
}

/** A repository to read, and how it is known where that fails. */
interface Wanted {
  readonly subject: Subject;
  readonly failedId: string;
}

type Listed = { readonly listed: ListedRepository | Promise<ListedRepository> };

async function fetchItem(wanted: Wanted & Listed, tools: HostedTools): Promise<readonly Given[]> {
  const { subject, failedId } = wanted;
  try {
    return [await fetchListed(await wanted.listed, wanted, tools)];
  } catch (error) {
    if (!isDrop(error)) throw error;
    return [failedItem(failedId, subject, error)];
  }
}

async function fetchListed(
  listed: ListedRepository,
  { subject, failedId }: Wanted,
  tools: HostedTools,
): Promise<SketchedItem> {
  const { host, known, blobs, limits, signal } = tools;
  const { repository: hosted } = listed;
  const early = listed.commit ?? known.commitOf(hosted);
  if (early !== null && known.has(hostedIdentity(hosted, early))) {
    return knownItem(hostedIdentity(hosted, early), subject);
  }
  if (known.purpose !== 'again' && (known.has(failedId) || known.purpose === 'compare'))
    return knownItem(failedId, subject);
  const found = await commitOf(listed, tools);
  const repositoryId = hostedIdentity(hosted, found.commit);
  if (known.has(repositoryId)) return knownItem(repositoryId, subject);
  const archive = await host.snapshot(hosted.name, found.commit, limits, signal);
  const { newestMs, treeSha256, sketches } = await readArchiveFacts(archive, 'tgz', limits);
  const { name, origin } = subject;
  const reference = await blobs.put(archive);
  const body = { archive: reference, format: 'tgz' as const, treeSha256, hosted, near: null };
  const outcome = emit('repo-found', { name, origin, commit: found.commit, ...body });
  const eventTimeMs = found.timeMs === 0 ? newestMs : found.timeMs;
  return { repositoryId, eventTimeMs, subject: { name, origin }, outcome, sketches };
}

async function commitOf(
  { repository, commit, commitTimeMs }: ListedRepository,
  { host, signal }: HostedTools,
): Promise<{ readonly commit: string; readonly timeMs: number }> {
  if (commit !== null) return { commit, timeMs: commitTimeMs };
  const found = await host.commit(repository.name, null, signal);
  return found === 'unchanged' ? nothing(repository.name) : found;
}

function isDrop(error: unknown): error is PipelineError {
  return error instanceof PipelineError && error.disposition === 'drop';
}

function knownItem(repositoryId: string, { name, origin }: Subject): SourceItem {
  return { repositoryId, eventTimeMs: 0, subject: { name, origin }, outcome: { kind: 'known' } };
}

function failedItem(
  repositoryId: string,
  { name, origin }: Subject,
  { code, message }: PipelineError,
): SourceItem {
  // Only codes that drop come here.
  const reason = code as 'SOURCE_FAILED';
  const outcome = { kind: 'unreadable' as const, reason, detail: message };
  return { repositoryId, eventTimeMs: 0, subject: { name, origin }, outcome };
}
