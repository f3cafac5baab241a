/**
 * Reads the log of a run that is over, and writes nothing: neither into its folder, which may be an
 * archive, another user's or a read-only disk, nor beside it. SQLite itself would make files there.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { PipelineError } from '../../errors.ts';
import type { Bus } from '../bus.ts';
import { openPartitions } from './partitions.ts';

export type LogReader = Pick<Bus, 'read' | 'endOffsets' | 'close'>;

/**
 * Keeps runs from beginning until it is closed. While a run is under way: OUTPUT_LOCKED, or with
 * `copy` the log as it stands at this moment, which keeps nobody from anything.
 */
export function openLogReader(folder: string, inUse: 'leave' | 'copy' = 'leave'): LogReader {
  const lock = shareLock(join(folder, 'lock.db'), folder, inUse);
  try {
    const path = join(folder, 'log.db');
    const { database, remove } = lock === 'in use' ? openCopy(path) : openUnchanged(path);
    const partitions = openPartitions(database);
    return {
      read: async (partition, fromOffset, limit) => partitions.read(partition, fromOffset, limit),
      endOffsets: async (topic) => partitions.of(topic).map(({ end }) => end),
      close: async () => {
        database.close();
        remove();
        if (lock !== 'in use') lock?.close();
      },
    };
  } catch (error) {
    if (lock !== 'in use') lock?.close();
    throw error;
  }
}

/** A shared lock on the file that a run locks for itself; null where there is no such file. */
function shareLock(
  path: string,
  folder: string,
  inUse: 'leave' | 'copy',
): DatabaseSync | 'in use' | null {
  if (!existsSync(path)) return null;
  const lock = new DatabaseSync(path, { readOnly: true });
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN; SELECT count(*) FROM sqlite_schema');
    return lock;
  } catch (error) {
    lock.close();
    // Any other trouble with the lock, e.g. what a killed run left of it, is no run under way.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== 5) return null;
    if (inUse === 'copy') return 'in use';
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
  return openCopy(path);
}

/** Copies are taken again while a run puts its write-ahead log into the database meanwhile. */
const copiesMax = 20;

/** A copy of the database and its write-ahead log, in a folder of its own. */
function openCopy(path: string): { database: DatabaseSync; remove: () => void } {
  const copy = mkdtempSync(join(tmpdir(), 'backstory-log-'));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  try {
    for (let tries = 1; ; tries += 1) {
      const before = stateOf(path);
      copyFileSync(path, join(copy, 'log.db'));
      rmSync(join(copy, 'log.db-wal'), { force: true });
      if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, join(copy, 'log.db-wal'));
      // What was only added to the write-ahead log is no harm: a torn end of it does not count.
      if (stateOf(path) === before) break;
      if (tries === copiesMax) throw busy(path);
    }
    return { database: new DatabaseSync(join(copy, 'log.db')), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Changes when the database does, or when its write-ahead log begins anew. */
function stateOf(path: string): string {
  const { mtimeNs, size } = statSync(path, { bigint: true });
  const ahead = `${path}-wal`;
  if (!existsSync(ahead)) return `${mtimeNs} ${size}`;
  const file = openSync(ahead, 'r');
  try {
    const header = Buffer.alloc(walHeaderBytes);
    readSync(file, header, 0, walHeaderBytes, 0);
    return `${mtimeNs} ${size} ${header.toString('hex')}`;
  } finally {
    closeSync(file);
  }
}

/** Its salts are others each time the write-ahead log begins anew. */
const walHeaderBytes = 32;

function busy(path: string): PipelineError {
  return new PipelineError('OUTPUT_LOCKED', `${path} changes too fast to be read`, {
    subject: path,
  });
}
