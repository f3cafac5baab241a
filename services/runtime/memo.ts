/**
 * The memo: every teacher call is stored under the hash of its canonical request, the teacher's
 * identity and the sample index, before its result is produced. One call per key is in flight.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Answer, Teacher } from '../teacher/port.ts';
import { asPipelineError, PipelineError } from './errors.ts';
import { openGroupCommit } from './group-commit.ts';
import { canonicalJson, sha256 } from './ids.ts';

/**
 * use: answer from the memo if it is there. refresh: ask anew. only: never ask; a miss is fatal.
 */
export type MemoMode = 'use' | 'refresh' | 'only';

export interface Memo {
  get(key: string): string | null | Promise<string | null>;
  /** Durable when resolved. */
  put(key: string, value: string): Promise<void>;
  close(): Promise<void>;
}

export function openMemo(folder: string): Memo {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'memo.db');
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(
      'CREATE TABLE IF NOT EXISTS memo (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
    );
  } catch (error) {
    database.close();
    throw asPipelineError(error, path);
  }
  const writer = openGroupCommit(database, 'the memo');
  const read = database.prepare('SELECT value FROM memo WHERE key = ?');
  const write = database.prepare('INSERT OR REPLACE INTO memo (key, value) VALUES (?, ?)');
  return {
    get: (key) => (read.get(key) as { value: string } | undefined)?.value ?? null,
    put: (key, value) => writer.write(() => void write.run(key, value)),
    close: async () => {
      await writer.close();
      database.close();
    },
  };
}

/**
 * A teacher that remembers. A remembered answer keeps the usage it was first given with, so that
 * a resumed or replayed run makes the same records; what this run spent is in the metrics.
 */
export function memoTeacher(
  teacher: Teacher,
  memo: Memo,
  mode: MemoMode,
  count: (metric: 'teacher_answers_asked' | 'teacher_answers_memoised') => void,
): Teacher {
  const inFlight = new Map<string, Promise<Answer<unknown>>>();

  const answer = async <Value>(
    method: 'plan' | 'think' | 'rewrite',
    request: unknown,
    sample: number,
    ask: () => Promise<Answer<Value>>,
  ): Promise<Answer<Value>> => {
    const key = sha256(canonicalJson([teacher.identity, method, request, sample]));
    const current = inFlight.get(key);
    if (current !== undefined) return (await current) as Answer<Value>;
    const call = lookUpOrAsk(key, method, ask);
    inFlight.set(key, call);
    try {
      return await call;
    } finally {
      inFlight.delete(key);
    }
  };

  const lookUpOrAsk = async <Value>(
    key: string,
    method: string,
    ask: () => Promise<Answer<Value>>,
  ): Promise<Answer<Value>> => {
    const stored = mode === 'refresh' ? null : await memo.get(key);
    if (stored !== null) {
      count('teacher_answers_memoised');
      return JSON.parse(stored) as Answer<Value>;
    }
    if (mode === 'only') {
      throw new PipelineError('MEMO_MISS', `the memo has no answer for ${method} ${key}`, {
        subject: key,
      });
    }
    const fresh = await ask();
    await memo.put(key, JSON.stringify({ value: fresh.value, usage: fresh.usage }));
    count('teacher_answers_asked');
    return fresh;
  };

  return {
    identity: teacher.identity,
    plan: (request, signal) => answer('plan', request, 0, () => teacher.plan(request, signal)),
    think: (request, signal) => answer('think', request, 0, () => teacher.think(request, signal)),
    rewrite: (request, sample, signal) =>
      answer('rewrite', request, sample, () => teacher.rewrite(request, sample, signal)),
    check: () => teacher.check(),
  };
}
