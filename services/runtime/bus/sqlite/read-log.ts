/**
 * Reads the log of a run that is over, and writes nothing: neither into its folder, which may be an
 * archive, another user's or a read-only disk, nor beside it. SQLite itself would make files there.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { PipelineError } from '../../errors.ts';
import type { Bus } from '../bus.ts';
import { openPartitions } from './partitions.ts';

export type LogReader = Pick<Bus, 'read' | 'endOffsets' | 'close'>;

/** Keeps runs from beginning until it is closed. OUTPUT_LOCKED when one is under way. */
export function openLogReader(folder: string): LogReader {
  const lock = shareLock(join(folder, 'lock.db'), folder);
  try {
    const { database, remove } = openUnchanged(join(folder, 'log.db'));
    const partitions = openPartitions(database);
    return {
      read: async (partition, fromOffset, limit) => partitions.read(partition, fromOffset, limit),
      endOffsets: async (topic) => partitions.of(topic).map(({ end }) => end),
      close: async () => {
        database.close();
        remove();
        lock?.close();
      },
    };
  } catch (error) {
    lock?.close();
    throw error;
  }
}

/** A shared lock on the file that a run locks for itself; null where there is no such file. */
function shareLock(path: string, folder: string): DatabaseSync | null {
  if (!existsSync(path)) return null;
  const lock = new DatabaseSync(path, { readOnly: true });
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN; SELECT count(*) FROM sqlite_schema');
    return lock;
  } catch (error) {
    lock.close();
    // Any other trouble with the lock, e.g. what a killed run left of it, is no run under way.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== 5) return null;
    throw new PipelineError('OUTPUT_LOCKED', `a run is working in ${folder}`, {
      subject: folder,
      cause: error,
    });
  }
}

/**
 * After a clean end the database is one file. A killed run leaves a write-ahead log beside it,
 * which SQLite cannot read without writing; then both are copied.
 */
function openUnchanged(path: string): { database: DatabaseSync; remove: () => void } {
  const ahead = `${path}-wal`;
  if (!existsSync(ahead) || statSync(ahead).size === 0) {
    const address = pathToFileURL(path);
    address.search = 'immutable=1';
    return { database: new DatabaseSync(address, { readOnly: true }), remove: () => {} };
  }
  const copy = mkdtempSync(join(tmpdir(), 'backstory-log-'));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  try {
    copyFileSync(path, join(copy, 'log.db'));
    copyFileSync(ahead, join(copy, 'log.db-wal'));
    return { database: new DatabaseSync(join(copy, 'log.db')), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
