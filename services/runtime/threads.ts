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
   * For threads that keep what they built for a question: a free thread that has the question's key
   * is preferred.
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

  const freeThread = (key: string | undefined): Thread<Question, Answer> | undefined => {
    const free = threads.filter(({ task }) => task === null);
    const warmest = key === undefined ? free[0] : free.find(({ keys }) => keys.includes(key));
    if (warmest !== undefined) return warmest;
    return threads.length < threadsMax ? startThread() : free[0];
  };

  const dispatch = (): void => {
    for (let next = waiting[0]; next !== undefined && ended === null; next = waiting[0]) {
      const key = warm?.keyOf(next.question);
      const thread = freeThread(key);
      if (thread === undefined) return;
      waiting.shift();
      thread.task = next;
      if (warm !== undefined && key !== undefined) {
        thread.keys = [...thread.keys.filter((other) => other !== key), key].slice(-warm.kept);
      }
      // Only work in progress keeps the process alive.
      thread.worker.ref();
      thread.worker.postMessage(next.question);
    }
  };

  const ask = (question: Question, signal?: AbortSignal) =>
    new Promise<Answer>((resolve, reject) => {
      signal?.throwIfAborted();
      if (ended !== null) throw ended;
      const task: Task<Question, Answer> = {
        question,
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

/** Rebuilds the error that the thread threw; one without a code is our bug, and keeps its stack. */
function errorOf({ code, message, subject, stack }: Failure): Error {
  if (code !== null) {
    return new PipelineError(code, message, subject === undefined ? {} : { subject });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
