/**
 * Expands the sources of the command line into a stable list of sources to pack. A missing source
 * that the user named directly ends the run before it starts. A missing source inside a list
 * becomes one unreadable entry, so that the other sources are still read.
 */
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { ArchiveFormat } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { type ArchivedNames, archiveFolder, readArchivedNames } from './gh-archive/hour-files.ts';
import {
  archiveFormat,
  archiveKinds,
  isHostedName,
  parseHostedName,
  parseList,
  repositoryName,
} from './source-names.ts';

interface SourceName {
  readonly name: string;
  /** The base name of the path that the user gave, so that no machine path is recorded. */
  readonly origin: string;
}

/** A repository on the code host. */
export interface HostedSpec extends SourceName {
  readonly kind: 'hosted';
  /** Owner and name on GitHub, or an address of git. */
  readonly repository: string;
  /** Branch, tag or hash; null for the default branch. */
  readonly reference: string | null;
}

/** All repositories that a search on the code host finds. */
export interface SearchSpec extends SourceName {
  readonly kind: 'search';
  readonly query: string;
}

export type SourceSpec = LocalSpec | HostedSpec | SearchSpec;

export type LocalSpec =
  | (SourceName & { readonly kind: 'folder'; readonly path: string })
  | (SourceName & {
      readonly kind: 'archive';
      readonly path: string;
      readonly format: ArchiveFormat;
    })
  | (SourceName & { readonly kind: 'unreadable'; readonly detail: string });

/** The maximum number of lines in a list, if the caller sets no other limit. */
const listSourcesMaxDefault = 1_000_000;

/** Expands sources; throws SOURCE_MISSING or SOURCE_UNREADABLE for a directly named source. */
export async function expandSources(
  sources: readonly string[],
  limit: number | null,
  listSourcesMax: number = listSourcesMaxDefault,
): Promise<readonly SourceSpec[]> {
  const specs: SourceSpec[] = [];
  // A search may find nothing, so it does not count.
  let left = limit ?? Number.POSITIVE_INFINITY;
  for (const source of sources) {
    const named = (await expandSeveral(source, listSourcesMax)) ?? [await readSource(source, '.')];
    for (const spec of named) {
      if (left <= 0) return specs;
      specs.push(spec);
      left -= spec.kind === 'search' ? 0 : 1;
    }
    if (left <= 0) return specs;
  }
  return specs;
}

/**
 * Expands sources that were added to a running data set. One that is missing costs itself alone, as
 * in a list: the process that reads them must not end for it.
 */
export async function expandAdded(
  sources: readonly string[],
  listSourcesMax: number,
): Promise<readonly SourceSpec[]> {
  const specs: SourceSpec[] = [];
  for (const source of sources) {
    const several = await expandSeveral(source, listSourcesMax).catch(refusedList);
    specs.push(...(several ?? [await readListed(source, '.')]));
  }
  return specs;
}

/** Null for a source that names one thing. */
async function expandSeveral(
  source: string,
  listSourcesMax: number,
): Promise<readonly SourceSpec[] | null> {
  const folder = archiveFolder(source);
  if (folder !== null) return expandArchive(folder, listSourcesMax);
  return source.startsWith('@') ? expandList(source.slice(1), listSourcesMax) : null;
}

/** Each name is a source of its own, with a record of its own: a restart reads none again. */
async function expandArchive(folder: string, namesMax: number): Promise<readonly SourceSpec[]> {
  let found: ArchivedNames;
  try {
    found = await readArchivedNames(folder, namesMax);
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const message = `cannot read ${folder}: ${reasonOf(error)}`;
    throw new PipelineError('SOURCE_MISSING', message, { subject: folder, cause: error });
  }
  const specs = found.names.flatMap((name) => hostedSource(`github:${name}`) ?? []);
  return [...specs, ...found.faults.map(({ file, detail }) => unreadable(file, detail))];
}

function refusedList(error: unknown): readonly SourceSpec[] {
  if (!(error instanceof PipelineError) || error.subject === undefined) throw error;
  return [
    unreadable(error.subject, error.message.replaceAll(error.subject, basename(error.subject))),
  ];
}

async function expandList(list: string, listSourcesMax: number): Promise<readonly SourceSpec[]> {
  let text: string;
  try {
    text = await readFile(list, 'utf8');
  } catch (error) {
    throw new PipelineError('SOURCE_MISSING', `cannot read the list ${list}: ${reasonOf(error)}`, {
      subject: list,
      cause: error,
    });
  }
  const lines = parseList(text);
  if (lines.length > listSourcesMax) {
    throw new PipelineError(
      'CONFIG_INVALID',
      `the list ${list} has ${lines.length} sources, more than discover.listSourcesMax (${listSourcesMax})`,
      { subject: list },
    );
  }
  const specs: SourceSpec[] = [];
  for (const line of lines) specs.push(await readListed(line, dirname(list)));
  return specs;
}

async function readListed(line: string, folder: string): Promise<SourceSpec> {
  if (line.startsWith('@')) return unreadable(line, 'a list cannot name another list');
  if (archiveFolder(line) !== null) return unreadable(line, 'a list cannot name hour files');
  try {
    return await readSource(line, folder);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    // The detail is stored in the data set, so it must not hold machine paths.
    return unreadable(line, error.message.replaceAll(line, basename(line)));
  }
}

function unreadable(source: string, detail: string): SourceSpec {
  const origin = basename(source);
  return { kind: 'unreadable', name: repositoryName(origin), origin, detail };
}

async function readSource(source: string, folder: string): Promise<SourceSpec> {
  const hosted = hostedSource(source);
  if (hosted !== null) return hosted;
  const path = resolve(folder, source);
  const stats = await statSource(source, path);
  const origin = basename(path);
  if (stats.isDirectory()) return { kind: 'folder', name: origin || 'repository', origin, path };
  const format = archiveFormat(origin);
  if (!stats.isFile() || format === null) {
    throw new PipelineError(
      'SOURCE_UNREADABLE',
      `${source} is neither a folder nor an archive (${archiveKinds})`,
      { subject: source },
    );
  }
  return { kind: 'archive', name: repositoryName(origin), origin, path, format };
}

function hostedSource(source: string): HostedSpec | SearchSpec | null {
  const named = parseHostedName(source);
  if (named === null) return null;
  if (named.kind === 'malformed') {
    throw new PipelineError('SOURCE_MISSING', named.detail, { subject: source });
  }
  if (named.kind === 'search') {
    const { query } = named;
    return { kind: 'search', name: query, origin: `github-search:${query}`, query };
  }
  const { repository, reference, name, origin } = named;
  return { kind: 'hosted', name, origin, repository, reference };
}

async function statSource(source: string, path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const options = { subject: source, cause: error };
    const hosted = isHostedName(source)
      ? `; if it is a name on GitHub, write github:${source}`
      : addressAdvice(source);
    const message = `cannot read ${source}: ${reasonOf(error)}${hosted}`;
    throw new PipelineError('SOURCE_MISSING', message, options);
  }
}

function addressAdvice(source: string): string {
  const named = /^(?:https?:\/\/|git@)github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
    source,
  );
  return named === null ? '' : `; write github:${named[1]}`;
}

/** Returns the system's reason without the path, because a path may reveal the machine. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return code ?? (error instanceof Error ? error.message : String(error));
}
