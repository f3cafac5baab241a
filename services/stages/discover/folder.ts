/**
 * Packs a folder as a deterministic tar: sorted paths, no times, owners or modes, so that equal
 * content gives equal bytes and equal ids. Links are listed, never followed.
 */
import { constants, type Dirent } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Header, pack } from 'tar-stream';
import { compareText } from '../../../schemas/compare-text.ts';
import { PipelineError } from '../../runtime/errors.ts';
import {
  type IgnoreRules,
  isIgnored,
  isSkippedFolder,
  outerRules,
  withFolder,
} from './ignore-rules.ts';

export interface FolderLimits {
  readonly archiveBytesMax: number;
  readonly fileBytesMax: number;
  readonly entriesMax: number;
  readonly ignore: readonly string[];
  /** The run's own output folder, never packed; null if there is none. */
  readonly outputFolder: string | null;
}

interface Entry {
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'fifo';
}

/**
 * The top folder of every tar, which `admit` removes as it does for release archives. It is
 * constant, so that the name of the packed folder does not change the bytes.
 */
const top = 'repository';

/** The tar, or null where no file is left. */
export async function packFolder(root: string, limits: FolderLimits): Promise<Buffer | null> {
  const entries: Entry[] = [];
  await walk(root, '', await outerRules(root, limits.ignore), limits, entries);
  if (entries.length === 0) return null;
  entries.sort((a, b) => compareText(a.path, b.path));
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
  // A failure ends both sides: leaving the loop destroys the tar, and so does a failed write.
  const writing = writeEntries(tar, root, entries, limits).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  await Promise.all([reading, writing]);
  return Buffer.concat(chunks);
}

async function writeEntries(
  tar: ReturnType<typeof pack>,
  root: string,
  entries: readonly Entry[],
  limits: FolderLimits,
): Promise<void> {
  for (const entry of entries) {
    const body = entry.type === 'file' ? await readBody(join(root, entry.path), limits) : empty;
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

interface Body {
  readonly bytes: Buffer;
  readonly skip: 'too-large' | 'unreadable' | null;
}

const empty: Body = { bytes: Buffer.alloc(0), skip: null };

/** Refuses a file that was replaced by a link after it was listed. */
const noFollow = constants.O_RDONLY | constants.O_NOFOLLOW;

async function readBody(path: string, limits: FolderLimits): Promise<Body> {
  try {
    const { size } = await lstat(path);
    if (size > limits.fileBytesMax) return { ...empty, skip: 'too-large' };
    return { bytes: await readFile(path, { flag: noFollow }), skip: null };
  } catch {
    // The file is gone or may not be read; it stays in the tar as unreadable.
    return { ...empty, skip: 'unreadable' };
  }
}

/** A file packed without its bytes has the reason in our own pax record, which `admit` reports. */
function headerOf({ path, type }: Entry, skip: Body['skip']): Header {
  const fixed = { mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };
  const pax = skip === null ? null : { 'BACKSTORY.skip': skip };
  const linkname = type === 'symlink' ? '.' : undefined;
  return { name: `${top}/${path}`, type, ...fixed, linkname, pax } as unknown as Header;
}

async function walk(
  root: string,
  base: string,
  outer: IgnoreRules,
  limits: FolderLimits,
  entries: Entry[],
): Promise<void> {
  const rules = await withFolder(outer, root, base);
  for (const child of await readdir(join(root, base), { withFileTypes: true })) {
    const path = base + child.name;
    if (child.isDirectory()) {
      if (isSkippedFolder(child.name) || isIgnored(rules, `${path}/`)) continue;
      if (await isForeign(join(root, path), limits.outputFolder)) continue;
      await walkReadable(root, path, rules, limits, entries);
    } else if (!isIgnored(rules, path)) {
      entries.push({ path, type: entryType(child) });
      if (entries.length > limits.entriesMax) {
        throw new PipelineError(
          'SOURCE_UNREADABLE',
          `the folder has more than ${limits.entriesMax} files; raise discover.entriesMax or ignore some`,
        );
      }
    }
  }
}

/** Sockets, devices and other special files are listed as pipes and never read. */
function entryType(child: Dirent): Entry['type'] {
  if (child.isFile()) return 'file';
  return child.isSymbolicLink() ? 'symlink' : 'fifo';
}

async function walkReadable(
  root: string,
  path: string,
  rules: IgnoreRules,
  limits: FolderLimits,
  entries: Entry[],
): Promise<void> {
  try {
    await walk(root, `${path}/`, rules, limits, entries);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    // A folder without read permission becomes one unreadable entry.
    entries.push({ path, type: 'file' });
  }
}

/** Whether the folder is backstory output or a Python virtual environment under any name. */
async function isForeign(folder: string, outputFolder: string | null): Promise<boolean> {
  if (outputFolder !== null && relative(outputFolder, folder) === '') return true;
  const names = new Set(await readdir(folder).catch(() => []));
  return names.has('pyvenv.cfg') || (names.has('run.json') && names.has('manifest'));
}

function tooLarge(archiveBytesMax: number): PipelineError {
  return new PipelineError(
    'SOURCE_UNREADABLE',
    `the folder is larger than discover.archiveBytesMax (${archiveBytesMax} bytes); name a part of it, or ignore some`,
  );
}
