/**
 * A pool of threads for work that would block the main loop. Each question goes to one thread; the
 * answer does not depend on which. Threads start when first needed. When a thread dies, every open
 * question fails with the error that `died` makes of it, and the pool takes no more questions.
 */
import { Worker } from 'node:worker_threads';
import { PipelineError } from './errors.ts';
import type { Failure, Reply } from './thread.ts';

export interface ThreadsOptions<Question> {
  /** The module that a thread runs; it calls `answerQuestions`. */
  readonly module: URL;
  /** Passed to each thread as its `workerData`. */
  readonly data: unknown;
  readonly threadsMax: number;
  /** Name of the pool in the error after it is closed. */
  readonly name: string;
  /** The error for a thread that died. */
  readonly died: (cause: Error) => Error;
  /**
   * For threads that keep what they built for a question, which costs more than its answer: a
   * question waits for the thread that keeps its key, unless another one waits for that thread too.
   */
  readonly warm?: { readonly keyOf: (question: Question) => string; readonly kept: number };
}

export interface Threads<Question, Answer> {
  /** A question in progress cannot be stopped: when the signal aborts, its answer is discarded. */
  ask(question: Question, signal?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

interface Task<Question, Answer> {
  readonly question: Question;
  readonly key: string | null;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

interface Thread<Question, Answer> {
  readonly worker: Worker;
  task: Task<Question, Answer> | null;
  /** Keys of what the thread keeps, the least recent first. */
  keys: readonly string[];
}

export function openThreads<Question, Answer>(
  options: ThreadsOptions<Question>,
): Threads<Question, Answer> {
  const { module, data, threadsMax, name, died, warm } = options;
  const threads: Thread<Question, Answer>[] = [];
  const waiting: Task<Question, Answer>[] = [];
  let ended: Error | null = null;

  const end = (error: Error): void => {
    ended ??= error;
    for (const thread of threads) thread.task?.reject(ended);
    for (const task of waiting.splice(0)) task.reject(ended);
  };

  const startThread = (): Thread<Question, Answer> => {
    const worker = new Worker(module, { workerData: data });
    const thread: Thread<Question, Answer> = { worker, task: null, keys: [] };
    worker.on('message', (reply: Reply<Answer>) => {
      const { task } = thread;
      thread.task = null;
      worker.unref();
      if ('answer' in reply) task?.resolve(reply.answer);
      else task?.reject(errorOf(reply.failure));
      dispatch();
    });
    worker.on('error', (cause) => end(died(cause)));
    worker.on('exit', (code) => end(died(new Error(`exit code ${code}`))));
    threads.push(thread);
    return thread;
  };

  const dispatch = (): void => {
    while (ended === null) {
      const free = threads.find(({ task }) => task === null);
      const canStart = threads.length < threadsMax;
      const chosen = free === undefined && !canStart ? null : chooseTask(waiting, threads);
      if (chosen === null) return;
      const { task, keeper } = chosen;
      // A free thread would forget something for a new key.
      const starts = canStart && (free === undefined || task.key !== null);
      const thread = keeper ?? (starts ? startThread() : free);
      if (thread === undefined) return;
      waiting.splice(waiting.indexOf(task), 1);
      thread.task = task;
      const { key } = task;
      if (warm !== undefined && key !== null) {
        thread.keys = [...thread.keys.filter((other) => other !== key), key].slice(-warm.kept);
      }
      // Only work in progress keeps the process alive.
      thread.worker.ref();
      thread.worker.postMessage(task.question);
    }
  };

  const ask = (question: Question, signal?: AbortSignal) =>
    new Promise<Answer>((resolve, reject) => {
      signal?.throwIfAborted();
      if (ended !== null) throw ended;
      const task: Task<Question, Answer> = {
        question,
        key: warm?.keyOf(question) ?? null,
        resolve: (answer) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(answer);
        },
        reject: (reason) => {
          signal?.removeEventListener('abort', onAbort);
          reject(reason);
        },
      };
      const onAbort = () => {
        const place = waiting.indexOf(task);
        if (place >= 0) waiting.splice(place, 1);
        task.reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.push(task);
      dispatch();
    });

  return {
    ask,
    close: async () => {
      end(new Error(`the ${name} was closed`));
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

interface Chosen<Question, Answer> {
  readonly task: Task<Question, Answer>;
  /** A free thread that keeps the question's key. */
  readonly keeper: Thread<Question, Answer> | null;
}

/**
 * The question for a thread that is free or could start: the first whose key a free thread keeps,
 * else the first whose key none keeps, else one that waits for a busy thread behind another.
 */
function chooseTask<Question, Answer>(
  waiting: readonly Task<Question, Answer>[],
  threads: readonly Thread<Question, Answer>[],
): Chosen<Question, Answer> | null {
  const keepers = keepersOf(threads);
  const [first] = waiting;
  // Most pools keep no keys, and a long queue is not looked through for each of its questions.
  if (keepers.size === 0) return first === undefined ? null : { task: first, keeper: null };
  const awaited = new Set<Thread<Question, Answer>>();
  let fresh: Task<Question, Answer> | null = null;
  let behind: Task<Question, Answer> | null = null;
  for (const task of waiting) {
    const keeper = task.key === null ? undefined : keepers.get(task.key);
    if (keeper === undefined) fresh ??= task;
    else if (keeper.task === null) return { task, keeper };
    else if (awaited.has(keeper)) behind ??= task;
    else awaited.add(keeper);
  }
  const task = fresh ?? behind;
  return task === null ? null : { task, keeper: null };
}

/** Of two threads that keep a key, a free one counts. */
function keepersOf<Question, Answer>(threads: readonly Thread<Question, Answer>[]) {
  const keepers = new Map<string, Thread<Question, Answer>>();
  for (const thread of threads) {
    for (const key of thread.keys) {
      if (thread.task === null || keepers.get(key)?.task !== null) keepers.set(key, thread);
    }
  }
  return keepers;
}

/** Rebuilds the error that the thread threw; one without a code is our bug, and keeps its stack. */
function errorOf({ code, message, subject, stack }: Failure): Error {
  if (code !== null) {
    return new PipelineError(code, message, subject === undefined ? {} : { subject });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
