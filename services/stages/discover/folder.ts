/**
 * Packs a folder as a deterministic tar: sorted paths, no times, owners or modes, so that equal
 * content gives equal bytes and equal ids. Links are listed, never followed. Paths that are left
 * out are listed after the content and do not change the identity.
 */
import { constants } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Header, pack } from 'tar-stream';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { type LeftOut, type PackedSkip, packedSkipRecord } from '../../runtime/store/left-out.ts';
import { type Entry, type WalkLimits, walkFolder } from './walk.ts';

export interface FolderLimits extends WalkLimits {
  readonly archiveBytesMax: number;
  readonly fileBytesMax: number;
}

export interface PackedFolder {
  readonly archive: Buffer;
  /** Hash of the content, without the list of paths left out. */
  readonly contentSha256: string;
  /** True if the folder has no file to pack. */
  readonly isEmpty: boolean;
  readonly leftOut: readonly LeftOut[];
}

/** An entry of the tar, with a function that reads its bytes. */
interface Item {
  readonly entry: Entry;
  readonly body: () => Promise<Body>;
}

interface Body {
  readonly bytes: Buffer;
  readonly skip: PackedSkip | null;
}

/**
 * The top folder of every tar; `admit` removes it, as in release archives. The name is constant, so
 * that the name of the packed folder does not change the bytes.
 */
const top = 'repository';

/** Length of the end of a tar: two empty blocks. */
const endBytes = 1024;

export async function packFolder(root: string, limits: FolderLimits): Promise<PackedFolder> {
  const { entries, leftOut } = await walkFolder(root, limits);
  const files = entries.map((entry) => ({ entry, body: () => bodyOf(root, entry, limits) }));
  const content = await packItems(files, limits);
  const contentSha256 = sha256(content);
  const facts = { contentSha256, isEmpty: entries.length === 0, leftOut };
  if (leftOut.length === 0) return { ...facts, archive: content };
  const marks = leftOut.map(({ path, reason }) => {
    const body = { bytes: empty, skip: reason };
    return { entry: { path, type: 'file' as const }, body: async () => body };
  });
  const behind = await packItems(marks, limits);
  const archive = Buffer.concat([content.subarray(0, content.length - endBytes), behind]);
  if (archive.byteLength > limits.archiveBytesMax) throw tooLarge(limits.archiveBytesMax);
  return { ...facts, archive };
}

async function packItems(items: readonly Item[], limits: FolderLimits): Promise<Buffer> {
  const tar = pack();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of tar) {
      bytes += (chunk as Buffer).byteLength;
      if (bytes > limits.archiveBytesMax) throw tooLarge(limits.archiveBytesMax);
      chunks.push(chunk as Buffer);
    }
  })();
  // A failure on either side ends the other: an error in the loop or in a write destroys the tar.
  const writing = writeItems(tar, items).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  await Promise.all([reading, writing]);
  return Buffer.concat(chunks);
}

async function writeItems(tar: ReturnType<typeof pack>, items: readonly Item[]): Promise<void> {
  for (const { entry, body: read } of items) {
    const body = await read();
    await new Promise<void>((done, failed) => {
      tar.once('close', done);
      tar.entry(headerOf(entry, body.skip), body.bytes, (error) => {
        tar.off('close', done);
        if (error) failed(error);
        else done();
      });
    });
    if (tar.destroyed) return;
  }
  tar.finalize();
}

const empty = Buffer.alloc(0);

/** Open flags: refuse a path that has become a link, and do not wait if it has become a pipe. */
const plainFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function bodyOf(root: string, entry: Entry, limits: FolderLimits): Promise<Body> {
  const skip = entry.skip ?? null;
  if (entry.type !== 'file' || skip !== null) return { bytes: empty, skip };
  const path = join(root, entry.path);
  try {
    const { size } = await lstat(path);
    if (size > limits.fileBytesMax) return { bytes: empty, skip: 'too-large' };
    return { bytes: await readFile(path, { flag: plainFile }), skip: null };
  } catch {
    // The file is gone or may not be read, so the tar lists it as unreadable.
    return { bytes: empty, skip: 'unreadable' };
  }
}

/** Returns the tar header. Our own pax record holds the reason for a skip; `admit` reports it. */
function headerOf({ path, type }: Entry, skip: PackedSkip | null): Header {
  const fixed = { mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };
  const pax = skip === null ? null : { [packedSkipRecord]: skip };
  const linkname = type === 'symlink' ? '.' : undefined;
  return { name: `${top}/${path}`, type, ...fixed, linkname, pax } as unknown as Header;
}

function tooLarge(archiveBytesMax: number): PipelineError {
  return new PipelineError(
    'SOURCE_UNREADABLE',
    `the folder is larger than discover.archiveBytesMax (${archiveBytesMax} bytes); name a part of it, or ignore some`,
  );
}
