/**
 * The memo: every teacher call is stored under the hash of its canonical request, the teacher's
 * identity and the sample index, before its result is produced. One call per key is in flight.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Answer, Teacher } from '../../ports/teacher.ts';
import type { Coordination } from '../coordination/coordination.ts';
import { asPipelineError, PipelineError } from '../errors.ts';
import { canonicalJson, sha256 } from '../ids.ts';
import { openGroupCommit } from '../store/group-commit.ts';

/** use: answer from the memo if possible. refresh: ask anew. only: never ask; a miss is fatal. */
export type MemoMode = 'use' | 'refresh' | 'only';

export interface Memo {
  /** Where answers are kept, for messages. */
  readonly place: string;
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
    place: path,
    get: (key) => (read.get(key) as { value: string } | undefined)?.value ?? null,
    put: (key, value) => writer.write(() => void write.run(key, value)),
    close: async () => {
      await writer.close();
      database.close();
    },
  };
}

export interface Remembering {
  readonly memo: Memo;
  readonly mode: MemoMode;
  readonly count: (counter: 'teacher_answers_asked' | 'teacher_answers_memoised') => void;
  readonly coordination: Pick<Coordination, 'singleFlight'>;
}

/**
 * A teacher that remembers. A remembered answer keeps the usage of its first call, so that a
 * resumed or replayed run makes the same records; the metrics hold what this run spent.
 */
export function memoTeacher(teacher: Teacher, remembering: Remembering): Teacher {
  const { memo, mode, count, coordination } = remembering;
  const inFlight = new Map<string, Promise<string>>();

  const answer = async <Value>(
    method: 'plan' | 'think' | 'rewrite',
    request: unknown,
    sample: number,
    signal: AbortSignal,
    ask: () => Promise<Answer<Value>>,
  ): Promise<Answer<Value>> => {
    const key = sha256(canonicalJson([teacher.identity, method, request, sample]));
    const current = inFlight.get(key);
    if (current !== undefined) return JSON.parse(await current) as Answer<Value>;
    const call = lookUpOrAsk(key, describe(method, request, sample), signal, ask);
    inFlight.set(key, call);
    try {
      return JSON.parse(await call) as Answer<Value>;
    } finally {
      inFlight.delete(key);
    }
  };

  const lookUpOrAsk = async (
    key: string,
    what: string,
    signal: AbortSignal,
    ask: () => Promise<Answer<unknown>>,
  ): Promise<string> => {
    let asked = false;
    const askAndKeep = async () => {
      asked = true;
      const { value, usage } = await ask();
      const text = JSON.stringify({ value, usage });
      await memo.put(key, text);
      return text;
    };
    // For `refresh`, an answer stored before this call does not count, but one that another process
    // stores during it does.
    const stale = mode === 'refresh' ? await memo.get(key) : null;
    const read = async () => {
      const text = await memo.get(key);
      return text === stale ? null : text;
    };
    let text = await read();
    if (text === null && mode === 'only') throw missing(what, key, memo.place);
    // Two processes may hold the same record for a moment; only one of them pays for the answer.
    text ??= await coordination.singleFlight(`answer:${key}`, read, askAndKeep, signal);
    count(asked ? 'teacher_answers_asked' : 'teacher_answers_memoised');
    return text;
  };

  return {
    identity: teacher.identity,
    plan: (request, signal) =>
      answer('plan', request, 0, signal, () => teacher.plan(request, signal)),
    think: (request, signal) =>
      answer('think', request, 0, signal, () => teacher.think(request, signal)),
    rewrite: (request, sample, signal) =>
      answer('rewrite', request, sample, signal, () => teacher.rewrite(request, sample, signal)),
    check: () => teacher.check(),
  };
}

/** Names a request in words, so that a person can find a miss without the key's preimage. */
function describe(method: string, request: unknown, sample: number): string {
  const { name, path, round } = request as { name: string; path?: string; round?: number };
  const file = path === undefined ? '' : `, file ${path}`;
  return `${method} of ${name}${file}${round === undefined ? '' : `, round ${round}, sample ${sample}`}`;
}

function missing(what: string, key: string, place: string): PipelineError {
  return new PipelineError(
    'MEMO_MISS',
    `${place} has no answer for ${what} (key ${key}), and runtime.memo is only; the configuration, the prompts or the input are not those of the run that filled it, or use --memo use`,
    { subject: what },
  );
}
