/**
 * The calls of a batch and what became of them, in one SQLite file. Everything is noted before it
 * is done, so that a process may die anywhere: a call is in one state, and in one job at most, and
 * an answer that is paid for is kept here until the memo has it.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asPipelineError } from '../../../runtime/errors.ts';
import { makeFolder } from '../../../runtime/store/make-folder.ts';

export interface BatchRequest {
  /** The key of its answer in the memo, and `custom_id` in the batch. */
  readonly id: string;
  /** The body of the request as JSON. */
  readonly body: string;
  readonly promptBytes: number;
  readonly repository: string;
}

/**
 * `waiting` to be sent, `sent` in a job, `answered`, or `refused` for good. A failed line waits
 * again until it has failed too often.
 */
export type RequestState = 'waiting' | 'sent' | 'answered' | 'refused';

export interface KnownRequest {
  readonly state: RequestState;
  /** The answer as JSON, or why it is refused. */
  readonly result: string | null;
}

/** A job: named here before it is sent, so that it is found again if the answer gets lost. */
export interface Job {
  readonly key: string;
  readonly fileId: string | null;
  readonly batchId: string | null;
  readonly collected: boolean;
  /** What it may cost at most. */
  readonly reserved: number;
}

export interface BatchStore {
  readonly place: string;
  find(id: string): KnownRequest | null;
  add(request: BatchRequest): void;
  counts(): Readonly<Record<RequestState, number>>;
  waiting(): readonly BatchRequest[];
  /** Puts these requests into a new job. */
  openJob(key: string, ids: readonly string[], reserved: number): void;
  jobs(): readonly Job[];
  requestsOf(job: string): readonly BatchRequest[];
  noteFile(job: string, fileId: string): void;
  noteBatch(job: string, batchId: string): void;
  /** In one transaction: what each line brought, and that the job is done with. */
  collect(job: string, results: readonly LineResult[]): void;
  close(): void;
}

export type LineResult = {
  readonly id: string;
  readonly state: 'answered' | 'refused' | 'failed';
  readonly result: string;
  /** In millionths of a dollar. */
  readonly cost: number;
};

/** A line that fails so often is refused for good, or gathering would never end. */
export const triesMax = 3;

const tables = `
CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY, body TEXT NOT NULL, promptBytes INTEGER NOT NULL,
  repository TEXT NOT NULL, state TEXT NOT NULL, job TEXT, tries INTEGER NOT NULL DEFAULT 0, result TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS byState ON request (state);
CREATE INDEX IF NOT EXISTS byJob ON request (job);
CREATE TABLE IF NOT EXISTS job (key TEXT PRIMARY KEY, fileId TEXT, batchId TEXT,
  collected INTEGER NOT NULL DEFAULT 0, reserved INTEGER NOT NULL) WITHOUT ROWID;`;

export function openBatchStore(folder: string): BatchStore {
  const place = join(folder, 'batch.db');
  let database: DatabaseSync;
  try {
    makeFolder(folder);
    database = new DatabaseSync(place);
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;',
    );
    database.exec(tables);
  } catch (error) {
    throw asPipelineError(error, place);
  }
  const inTransaction = (work: () => void) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw asPipelineError(error, place);
    }
  };
  const all = <Row>(sql: string, ...values: string[]) =>
    database.prepare(sql).all(...values) as unknown as Row[];
  const run = (sql: string, ...values: (string | number)[]) => database.prepare(sql).run(...values);
  const fields = 'id, body, promptBytes, repository';
  return {
    place,
    find: (id) =>
      all<KnownRequest>('SELECT state, result FROM request WHERE id = ?', id)[0] ?? null,
    add: ({ id, body, promptBytes, repository }) => {
      const sql = `INSERT OR IGNORE INTO request (${fields}, state) VALUES (?, ?, ?, ?, 'waiting')`;
      run(sql, id, body, promptBytes, repository);
    },
    counts: () => {
      const counts = { waiting: 0, sent: 0, answered: 0, refused: 0 };
      const sql = 'SELECT state, count(*) AS number FROM request GROUP BY state';
      for (const row of all<{ state: RequestState; number: number }>(sql)) {
        counts[row.state] = row.number;
      }
      return counts;
    },
    waiting: () => all(`SELECT ${fields} FROM request WHERE state = 'waiting' ORDER BY id`),
    openJob: (key, ids, reserved) =>
      inTransaction(() => {
        run('INSERT INTO job (key, reserved) VALUES (?, ?)', key, reserved);
        const sql = "UPDATE request SET state = 'sent', job = ? WHERE id = ? AND state = 'waiting'";
        for (const id of ids) run(sql, key, id);
      }),
    jobs: () =>
      all<Omit<Job, 'collected'> & { collected: number }>('SELECT * FROM job ORDER BY key').map(
        (job) => ({ ...job, collected: job.collected === 1 }),
      ),
    requestsOf: (job) => all(`SELECT ${fields} FROM request WHERE job = ? ORDER BY id`, job),
    noteFile: (job, fileId) => void run('UPDATE job SET fileId = ? WHERE key = ?', fileId, job),
    noteBatch: (job, batchId) => void run('UPDATE job SET batchId = ? WHERE key = ?', batchId, job),
    collect: (job, results) =>
      inTransaction(() => {
        for (const each of results) {
          if (each.state === 'failed') {
            run(
              `UPDATE request SET tries = tries + 1, result = ?, state = CASE WHEN tries + 1 >= ${triesMax} THEN 'refused' ELSE 'waiting' END WHERE id = ? AND job = ? AND state = 'sent'`,
              each.result,
              each.id,
              job,
            );
          } else {
            const sql =
              "UPDATE request SET state = ?, result = ? WHERE id = ? AND job = ? AND state = 'sent'";
            run(sql, each.state, each.result, each.id, job);
          }
        }
        // What expired with the job, or was never begun, is sent again.
        run("UPDATE request SET state = 'waiting' WHERE job = ? AND state = 'sent'", job);
        run('UPDATE job SET collected = 1, reserved = 0 WHERE key = ?', job);
      }),
    close: () => database.close(),
  };
}
