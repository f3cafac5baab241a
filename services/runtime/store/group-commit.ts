/**
 * Group commit for SQLite: writes that arrive while the event loop is busy share one transaction
 * and one fsync. A task is durable when its promise resolves; all of a batch commit or none.
 */
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

/** `subject` names the database in errors, e.g. DISK_FULL. */
export function openGroupCommit(database: DatabaseSync, subject: string): GroupCommit {
  let pending: PendingTask[] = [];
  let scheduled = false;
  let closed = false;

  const flush = () => {
    scheduled = false;
    const batch = pending;
    pending = [];
    if (batch.length === 0) return;
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const task of batch) task.run();
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const failure = asPipelineError(error, subject);
      for (const task of batch) task.reject(failure);
      return;
    }
    for (const task of batch) task.resolve();
  };

  return {
    write: (run) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new Error(`${subject} is closed`));
          return;
        }
        pending.push({ run, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      }),
    close: async () => {
      closed = true;
      flush();
    },
  };
}
