/**
 * Group commit for SQLite: writes that arrive while a batch is made durable share the next
 * transaction and one fsync. A task is durable when its promise resolves, and tasks resolve in
 * their order; all of a batch commit or none. The fsync runs beside the event loop: on a slow disk
 * it would hold up everything else. So a reader of the database may see what is not durable yet.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { asPipelineError } from '../errors.ts';

interface PendingTask {
  readonly run: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  /** Runs `task` inside the next transaction. It must only touch the database. */
  write(task: () => void): Promise<void>;
  /** Writes all waiting tasks and refuses new ones. */
  close(): Promise<void>;
}

/** Makes durable what was committed. */
export interface Syncing {
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** For what a power loss may take. */
export const unsynced: Syncing = { sync: async () => {}, close: async () => {} };

/**
 * Syncs the write-ahead log of the database at `path`, which then leaves that to this: its own
 * checkpoints still sync before they write to the database itself.
 */
export function syncingOf(database: DatabaseSync, path: string): Syncing {
  database.exec('PRAGMA synchronous = NORMAL');
  let log: FileHandle | null = null;
  return {
    sync: async () => {
      // SQLite makes the file with the first write and keeps it until the database is closed.
      log ??= await open(`${path}-wal`, 'r+');
      await log.datasync();
    },
    close: async () => {
      await log?.close();
    },
  };
}

/** `subject` names the database in errors, e.g. DISK_FULL. */
export function openGroupCommit(
  database: DatabaseSync,
  subject: string,
  { sync, close }: Syncing,
): GroupCommit {
  let pending: PendingTask[] = [];
  let flushing: Promise<void> | null = null;
  let closed = false;
  let lost: Error | null = null;

  const commit = (batch: readonly PendingTask[]) => {
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const task of batch) task.run();
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  const flush = async (batch: readonly PendingTask[]) => {
    try {
      if (lost !== null) throw lost;
      commit(batch);
    } catch (error) {
      const failure = asPipelineError(error, subject);
      for (const task of batch) task.reject(failure);
      return;
    }
    try {
      await sync();
    } catch (error) {
      // What is in the database and what is on the disk differ from here on: only a new start
      // reads the disk again.
      lost = asPipelineError(error, subject) as Error;
      for (const task of batch) task.reject(lost);
      return;
    }
    for (const task of batch) task.resolve();
  };
  const flushAll = async () => {
    // The turn of the event loop ends first, so that its other writes come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      await flush(batch);
    }
    flushing = null;
  };

  return {
    write: (run) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new Error(`${subject} is closed`));
          return;
        }
        pending.push({ run, resolve, reject });
        flushing ??= flushAll();
      }),
    close: async () => {
      closed = true;
      await flushing;
      await close();
    },
  };
}
