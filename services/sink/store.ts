/**
 * Where shards and manifest lie. A file is whole or absent under its name: it is written beside
 * it, synced, then linked (create if absent) or renamed (replace). A killed writer leaves at most
 * temporary files, which the next one removes; one that lives writes its own again.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asPipelineError } from '../runtime/errors.ts';
import { syncFolder } from '../runtime/objects/local.ts';
import type { CrashPoint } from '../runtime/stage.ts';

export interface ShardStore {
  /** Durable when resolved. False when the name is taken; then nothing changed. */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Replaces atomically; for files that are derived. Durable when resolved. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is no such file. */
  read(path: string): Promise<Buffer | null>;
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** No matter whether there was such a file. */
  remove(path: string): Promise<void>;
  /** Removes what killed writers left half-written. */
  removeTemporary(folder: string): Promise<void>;
}

const temporaryPrefix = '.temporary-';
/** Other writers that may start during one write; each costs it one attempt. */
const attemptsMax = 16;

export function openLocalShardStore(root: string, crashPoint: CrashPoint): ShardStore {
  const write = async (path: string, bytes: Uint8Array, publish: Publish): Promise<boolean> => {
    const target = join(root, path);
    for (let attempt = 1; ; attempt += 1) {
      const temporary = join(dirname(target), `${temporaryPrefix}${randomUUID()}`);
      try {
        await mkdir(dirname(target), { recursive: true });
        await writeSynced(temporary, bytes);
        crashPoint('sink:temporary-written');
        const published = await publish(temporary, target);
        crashPoint('sink:file-published');
        await rm(temporary, { force: true });
        await syncFolder(dirname(target));
        return published;
      } catch (error) {
        // Another writer that starts takes our temporary file for that of a killed one.
        const swept = (error as NodeJS.ErrnoException).code === 'ENOENT';
        if (!swept || attempt === attemptsMax) throw asPipelineError(error, target);
      }
    }
  };
  return {
    create: (path, bytes) => write(path, bytes, linkIfAbsent),
    replace: async (path, bytes) => {
      await write(path, bytes, renameOver);
    },
    read: async (path) => {
      try {
        return await readFile(join(root, path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    list: async (folder) => {
      const names = await listFolder(join(root, folder));
      return names.filter((name) => !name.startsWith(temporaryPrefix)).sort();
    },
    remove: (path) => rm(join(root, path), { force: true }),
    removeTemporary: async (folder) => {
      for (const name of await listFolder(join(root, folder))) {
        if (name.startsWith(temporaryPrefix)) await rm(join(root, folder, name), { force: true });
      }
    },
  };
}

type Publish = (temporary: string, target: string) => Promise<boolean>;

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

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
