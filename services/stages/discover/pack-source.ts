/** Turns one source into one archive in memory. The same content gives the same bytes. */
import { readFile, stat } from 'node:fs/promises';
import type { ArchiveFormat } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import type { LeftOut } from '../../runtime/store/left-out.ts';
import { readArchiveFacts, type ScanLimits } from './archive-facts.ts';
import { isBareRepository } from './checkout.ts';
import { type FolderLimits, packFolder } from './folder.ts';
import { readCommit } from './git.ts';
import { type LocalSpec, reasonOf, type SourceSpec } from './sources.ts';

export interface PackLimits extends FolderLimits, ScanLimits {
  readonly gitTimeoutMs: number;
  /** Whether what has this content is compared with others; if not, no sketches are made of it. */
  readonly isCompared?: (contentSha256: string) => boolean;
}

export interface PackedSource {
  readonly name: string;
  readonly origin: string;
  readonly commit: string | null;
  readonly format: ArchiveFormat;
  readonly archive: Buffer;
  /** Hash of the archive's bytes, without the list of paths left out; part of the identity. */
  readonly contentSha256: string;
  /** Digest of the files, equal in all forms of one tree; null if it could not be computed. */
  readonly treeSha256: string | null;
  readonly eventTimeMs: number;
  readonly sketches: Buffer;
}

/** Packs a source; throws SOURCE_EMPTY or SOURCE_UNREADABLE if the source yields no archive. */
export async function packSource(spec: SourceSpec, limits: PackLimits): Promise<PackedSource> {
  if (spec.kind === 'unreadable') {
    throw new PipelineError('SOURCE_UNREADABLE', spec.detail, { subject: spec.origin });
  }
  if (spec.kind === 'hosted' || spec.kind === 'search') {
    const message = `${spec.origin} is on a code host; name a folder or an archive`;
    throw new PipelineError('SOURCE_UNREADABLE', message, { subject: spec.origin });
  }
  try {
    return spec.kind === 'folder'
      ? await packFolderSource(spec, limits)
      : await readArchiveSource(spec, limits);
  } catch (error) {
    // A file system error concerns only this source; PipelineErrors and bugs are rethrown.
    if (error instanceof PipelineError || (error as NodeJS.ErrnoException).syscall === undefined) {
      throw error;
    }
    const message = `cannot read ${spec.origin}: ${reasonOf(error)}`;
    throw new PipelineError('SOURCE_UNREADABLE', message, { subject: spec.origin, cause: error });
  }
}

async function packFolderSource(
  spec: LocalSpec & { kind: 'folder' },
  limits: PackLimits,
): Promise<PackedSource> {
  const { name, origin, path } = spec;
  if (await isBareRepository(path)) {
    const message = `${origin} is a bare repository, which holds no files; name a clone of it`;
    throw new PipelineError('SOURCE_UNREADABLE', message, { subject: origin });
  }
  const { archive, contentSha256, isEmpty, leftOut } = await packFolder(path, limits);
  if (isEmpty) throw emptyFolder(origin, leftOut);
  const facts = await readCommit(path, limits.gitTimeoutMs);
  const commit = facts?.commit ?? null;
  const eventTimeMs = facts?.timeMs ?? 0;
  const compared = sketching(contentSha256, limits);
  const { treeSha256, sketches } = await readArchiveFacts(archive, 'tar', compared);
  const packed = { commit, archive, contentSha256, treeSha256, eventTimeMs, sketches };
  return { name, origin, format: 'tar', ...packed };
}

async function readArchiveSource(
  spec: LocalSpec & { kind: 'archive' },
  limits: PackLimits,
): Promise<PackedSource> {
  const { name, origin, path, format } = spec;
  const { size } = await stat(path);
  if (size > limits.archiveBytesMax) {
    throw new PipelineError(
      'SOURCE_UNREADABLE',
      `${origin} is ${size} bytes long, more than discover.archiveBytesMax (${limits.archiveBytesMax})`,
      { subject: origin },
    );
  }
  const archive = await readFile(path);
  if (archive.byteLength === 0) {
    throw new PipelineError('SOURCE_EMPTY', `${origin} is empty`, { subject: origin });
  }
  const contentSha256 = sha256(archive);
  const read = await readArchiveFacts(archive, format, sketching(contentSha256, limits));
  const { newestMs: eventTimeMs, treeSha256, sketches } = read;
  const facts = { contentSha256, treeSha256, eventTimeMs, sketches };
  return { name, origin, commit: null, format, archive, ...facts };
}

function sketching(contentSha256: string, limits: PackLimits): ScanLimits {
  const isCompared = limits.isCompared?.(contentSha256) !== false;
  return isCompared ? limits : { ...limits, nearDuplicates: 'off' };
}

/** Returns an error that lists the paths left out, since each clone among them can be a source. */
function emptyFolder(origin: string, leftOut: readonly LeftOut[]): PipelineError {
  const counts = new Map<string, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`);
  const held = parts.length === 0 ? '' : `; left out: ${parts.join(', ')}`;
  const advice = counts.has('nested-repository') ? '; name each repository as a source' : '';
  return new PipelineError('SOURCE_EMPTY', `${origin} holds no file to read${held}${advice}`, {
    subject: origin,
  });
}
