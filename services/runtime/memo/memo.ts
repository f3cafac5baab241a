/**
 * The memo: every teacher call is stored under the hash of its canonical request, the teacher's
 * identity and the sample index, before its result is produced. One call per key is in flight.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Usage } from '../../../schemas/generated/types.ts';
import type { Answer, Draft, Teacher } from '../../ports/teacher.ts';
import { noUsage } from '../../ports/usage.ts';
import type { Coordination } from '../coordination/coordination.ts';
import { asPipelineError, type ErrorCode, PipelineError } from '../errors.ts';
import { isLasting } from '../given-up.ts';
import { canonicalJson, sha256 } from '../ids.ts';
import { createRedactor, type Redactor } from '../redact.ts';
import { openGroupCommit, syncingOf } from '../store/group-commit.ts';
import { makeFolder } from '../store/make-folder.ts';

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
  makeFolder(folder);
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
  const writer = openGroupCommit(database, 'the memo', syncingOf(database, path));
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
  /** What is kept loses secrets: a refusal is in the words of a server, which may quote a key. */
  readonly redactor?: Redactor;
}

/** What the memo holds under a key. */
type Remembered =
  | Answer<unknown>
  /** The teacher refuses to answer, or gives nothing of use; asking again would only cost again. */
  | { readonly failure: { code: ErrorCode; message: string; subject?: string }; usage: Usage };

/**
 * A teacher that remembers, also what it was refused. A remembered answer keeps the usage of its
 * first call, so that a resumed or replayed run makes the same records; the metrics hold what this
 * run spent.
 */
export function memoTeacher(teacher: Teacher, remembering: Remembering): Teacher {
  const { memo, mode, count, coordination, redactor = createRedactor() } = remembering;
  const inFlight = new Map<string, Promise<string>>();

  const answer = async <Value>(
    method: 'plan' | 'think' | 'thinkParts' | 'rewrite',
    request: unknown,
    sample: number,
    signal: AbortSignal,
    ask: (draft: Draft) => Promise<Answer<Value>>,
  ): Promise<Answer<Value>> => {
    const key = sha256(canonicalJson([teacher.identity, method, request, sample]));
    const current = inFlight.get(key);
    if (current !== undefined) return recall(await current);
    const call = lookUpOrAsk(key, describe(method, request, sample), signal, ask);
    inFlight.set(key, call);
    try {
      return recall(await call);
    } finally {
      inFlight.delete(key);
    }
  };

  const lookUpOrAsk = async (
    key: string,
    what: string,
    signal: AbortSignal,
    ask: (draft: Draft) => Promise<Answer<unknown>>,
  ): Promise<string> => {
    let asked = false;
    const askAndKeep = async () => {
      asked = true;
      const outcome = await outcomeOf(() => ask(draftOf(memo, mode, key)), redactor.hide);
      const text = redactor.hideWhole(JSON.stringify(outcome));
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

  const { thinkParts } = teacher;
  return {
    identity: teacher.identity,
    ...(thinkParts === undefined
      ? {}
      : {
          thinkParts: (request, signal) =>
            answer('thinkParts', request, 0, signal, (draft) => thinkParts(request, signal, draft)),
        }),
    plan: (request, signal) =>
      answer('plan', request, 0, signal, (draft) => teacher.plan(request, signal, draft)),
    think: (request, signal) =>
      answer('think', request, 0, signal, (draft) => teacher.think(request, signal, draft)),
    rewrite: (request, sample, signal) =>
      answer('rewrite', request, sample, signal, (draft) =>
        teacher.rewrite(request, sample, signal, draft),
      ),
    check: () => teacher.check(),
  };
}

/** The answer, or the failure that will not pass; any other failure is thrown. */
async function outcomeOf(
  ask: () => Promise<Answer<unknown>>,
  hide: Redactor['hide'],
): Promise<Remembered> {
  try {
    const { value, usage } = await ask();
    return { value, usage };
  } catch (error) {
    if (!isLasting(error)) throw error;
    const { code, subject, usage = noUsage } = error;
    const about = subject === undefined ? {} : { subject: hide(subject) };
    return { failure: { code, message: hide(error.message), ...about }, usage };
  }
}

function recall<Value>(text: string): Answer<Value> {
  const remembered = JSON.parse(text) as Remembered;
  // An older answer has not every count.
  const usage = { ...noUsage, ...remembered.usage };
  if (!('failure' in remembered)) return { value: remembered.value as Value, usage };
  const { failure } = remembered;
  const { code, message, subject } = failure;
  throw new PipelineError(code, message, { usage, ...(subject === undefined ? {} : { subject }) });
}

/** Parts of an answer lie beside it in the memo. `refresh` asks for all of them anew. */
function draftOf(memo: Memo, mode: MemoMode, key: string): Draft {
  const written = new Set<string>();
  const keyOf = (part: string) => sha256(`${key}/${part}`);
  return {
    keyOf,
    read: async (part) => {
      if (mode === 'refresh' && !written.has(part)) return null;
      const text = await memo.get(keyOf(part));
      return text === null ? null : JSON.parse(text);
    },
    write: async (part, value) => {
      written.add(part);
      await memo.put(keyOf(part), JSON.stringify(value));
    },
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
