/**
 * Objects as files of a folder, safe for several processes. An object is written to a temporary
 * file beside its place, synced, then linked (create if absent) or renamed (replace). A killed
 * writer leaves at most temporary files. A later writer removes them; if it removes a living
 * writer's file, that writer tries again.
 */
import { randomUUID } from 'node:crypto';
import {
  access,
  constants,
  type FileHandle,
  link,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { timeOfDayMs } from '../../clock.ts';
import { asPipelineError, PipelineError } from '../../errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { ObjectBytes, ObjectStore } from './object-store.ts';

/** Reported between two effects of a write, so that a test can kill the process there. */
export type WriteStep = 'temporary-written' | 'file-published';

const temporaryPrefix = '.temporary-';
/** The whole name; a file that only begins like it is somebody else's. */
const temporaryName = /^\.temporary-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Our temporary file is gone; the second is what NFS says where another host took it. */
const goneCodes: ReadonlySet<string> = new Set(['ENOENT', 'ESTALE']);
/** Attempts of one write: each other writer that starts meanwhile may cost it one. */
const attemptsMax = 16;

export function openLocalObjects(
  root: string,
  onStep: (step: WriteStep) => void = () => {},
): ObjectStore {
  const write = (path: string, bytes: ObjectBytes, publish: Publish) =>
    writeFileDurably(join(root, path), bytes, publish, onStep);
  return {
    place: root,
    create: (path, bytes) => write(path, bytes, linkIfAbsent),
    replace: async (path, bytes) => {
      await write(path, bytes, renameOver);
    },
    read: (path) => orNull(() => readFile(join(root, path))),
    readRange: (path, offset, length) =>
      withFile(join(root, path), async (file) => {
        const buffer = Buffer.alloc(length);
        const { bytesRead } = await file.read(buffer, 0, length, offset);
        return buffer.subarray(0, bytesRead);
      }),
    stream: async (path) => {
      const file = await orNull(() => open(join(root, path), 'r'));
      return file?.createReadStream() ?? null;
    },
    size: async (path) => (await orNull(() => stat(join(root, path))))?.size ?? null,
    list: async (folder, prefix = '') => {
      const names = await listFolder(join(root, folder));
      const listed = (name: string) => name.startsWith(prefix) && !name.startsWith(temporaryPrefix);
      return names.filter(listed).sort();
    },
    remove: (path) => rm(join(root, path), { force: true }),
    removeTemporary: (folder, { ageMs = 0, below = true } = {}) =>
      removeTemporary(
        join(root, folder),
        ageMs === 0 ? Number.POSITIVE_INFINITY : timeOfDayMs() - ageMs,
        below,
      ),
    check: () => checkFolder(root),
    look: () => lookAtFolder(root),
    close: async () => {},
  };
}

type Publish = (temporary: string, target: string) => Promise<boolean>;

async function writeFileDurably(
  target: string,
  bytes: ObjectBytes,
  publish: Publish,
  onStep: (step: WriteStep) => void,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const temporary = join(dirname(target), newTemporaryName());
    try {
      await writeSynced(temporary, bytes);
      onStep('temporary-written');
      const published = await publish(temporary, target);
      onStep('file-published');
      await rm(temporary, { force: true });
      await syncFolder(dirname(target));
      return published;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== undefined) await rm(temporary, { force: true }).catch(() => {});
      // The folder is new, or a writer that starts took our file for that of a killed writer.
      if (!goneCodes.has(code ?? '') || attempt === attemptsMax) {
        throw asPipelineError(error, target);
      }
      makeFolder(dirname(target));
    }
  }
}

export function newTemporaryName(): string {
  return `${temporaryPrefix}${randomUUID()}`;
}

async function linkIfAbsent(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function renameOver(temporary: string, target: string): Promise<boolean> {
  await rename(temporary, target);
  return true;
}

async function writeSynced(path: string, bytes: ObjectBytes): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames and links in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function withFile<Result>(
  path: string,
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result | null> {
  const file = await orNull(() => open(path, 'r'));
  if (file === null) return null;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function orNull<Result>(look: () => Promise<Result>): Promise<Result | null> {
  try {
    return await look();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    // Nothing lies below a file.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new PipelineError(
      'OUTPUT_UNREADABLE',
      `${path} may not be read (${code}): ask its owner for the right to read it`,
      { subject: path ?? '', cause: error },
    );
  }
}

/** Removes the temporary files last changed before a moment, here and perhaps further below. */
async function removeTemporary(folder: string, beforeMs: number, below: boolean): Promise<void> {
  const entries = (await orNull(() => readdir(folder, { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && below) await removeTemporary(path, beforeMs, below);
    if (!entry.isFile() || !temporaryName.test(entry.name)) continue;
    const stats = await orNull(() => stat(path));
    if (stats !== null && stats.mtimeMs <= beforeMs) await rm(path, { force: true });
  }
}

async function listFolder(folder: string): Promise<string[]> {
  return (await orNull(() => readdir(folder))) ?? [];
}

async function checkFolder(root: string): Promise<string | null> {
  const probe = join(root, newTemporaryName());
  try {
    makeFolder(root);
    await writeSynced(probe, Buffer.from('probe'));
    return null;
  } catch (error) {
    const full = asPipelineError(error, root);
    if (full instanceof PipelineError) return full.message;
    return `cannot write to ${root}: ${(error as Error).message}; choose another folder or mend its rights`;
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}

/** The folder, or the first one above it that exists, must be one that this user can write to. */
async function lookAtFolder(root: string): Promise<string | null> {
  const place = await orNull(() => stat(root));
  if (place === null && dirname(root) !== root) return lookAtFolder(dirname(root));
  if (place?.isDirectory() === false) return `${root} is no folder; choose another one`;
  try {
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `cannot write to ${root}: ${(error as Error).message}; choose another folder or mend its rights`;
  }
}
