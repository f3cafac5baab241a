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
import {
  archiveFormat,
  archiveKinds,
  isHostedName,
  parseList,
  repositoryName,
} from './source-names.ts';

interface SourceName {
  readonly name: string;
  /** The base name of the path that the user gave, so that no machine path is recorded. */
  readonly origin: string;
}

export type SourceSpec =
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
  for (const source of sources) {
    if (limit !== null && specs.length >= limit) break;
    if (source.startsWith('@')) specs.push(...(await expandList(source.slice(1), listSourcesMax)));
    else specs.push(await readSource(source, '.'));
  }
  return limit === null ? specs : specs.slice(0, limit);
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

async function statSource(source: string, path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const options = { subject: source, cause: error };
    const advice =
      'this version cannot fetch from GitHub: download the repository and name its folder or archive';
    if (isHostedName(source) && source.includes('@')) {
      throw new PipelineError(
        'SOURCE_UNREADABLE',
        `${source} is no local path, and ${advice}`,
        options,
      );
    }
    // A mistyped path has the form of a hosted name, too, so the message holds both reasons.
    const hosted = isHostedName(source) ? `; if it is a name on GitHub, ${advice}` : '';
    const message = `cannot read ${source}: ${reasonOf(error)}${hosted}`;
    throw new PipelineError('SOURCE_MISSING', message, options);
  }
}

/** Returns the system's reason without the path, because a path may reveal the machine. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return code ?? (error instanceof Error ? error.message : String(error));
}
