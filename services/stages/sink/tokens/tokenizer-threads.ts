/**
 * Encoding in threads: a call goes whole to one of them, so that calls for several samples run side
 * by side. Which thread answers changes no token. Threads start when first needed; one that dies
 * is TOKENIZER_CRASHED for every call, and nothing is encoded any more.
 */
import { Worker } from 'node:worker_threads';
import { type ErrorCode, PipelineError } from '../../../runtime/errors.ts';
import type { Encode } from './library-encoder.ts';

/** What a thread opens its encoder from. */
export interface ThreadData {
  /** Text of the tokenizer.json. */
  readonly file: string;
  readonly endOfText: string;
  readonly name: string;
}

/** A thread's answer to a list of texts. */
export type Reply = { readonly tokens: Uint32Array[] } | { readonly failure: Failure };

export interface Failure {
  /** Null where the error is our bug. */
  readonly code: ErrorCode | null;
  readonly message: string;
}

export interface Threads {
  readonly encode: Encode;
  close(): Promise<void>;
}

interface Task {
  readonly texts: readonly string[];
  readonly resolve: (tokens: Uint32Array[]) => void;
  readonly reject: (reason: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  task: Task | null;
}

export function openThreads(data: ThreadData, threadsMax: number): Threads {
  const threads: Thread[] = [];
  const waiting: Task[] = [];
  let ended: Error | null = null;

  const end = (error: Error): void => {
    ended ??= error;
    for (const thread of threads) thread.task?.reject(ended);
    for (const task of waiting.splice(0)) task.reject(ended);
  };

  const answer = (thread: Thread, reply: Reply): void => {
    const { task } = thread;
    thread.task = null;
    thread.worker.unref();
    if ('tokens' in reply) task?.resolve(reply.tokens);
    else task?.reject(errorOf(reply.failure, data.name));
    dispatch();
  };

  const startThread = (): Thread => {
    const url = new URL('./tokenizer-thread.ts', import.meta.url);
    const worker = new Worker(url, { workerData: data });
    const thread: Thread = { worker, task: null };
    worker.on('message', (reply: Reply) => answer(thread, reply));
    worker.on('error', (cause) => end(crashed(cause)));
    worker.on('exit', (code) => end(crashed(new Error(`exit code ${code}`))));
    threads.push(thread);
    return thread;
  };

  const dispatch = (): void => {
    while (waiting.length > 0 && ended === null) {
      const free = threads.find(({ task }) => task === null);
      const thread = free ?? (threads.length < threadsMax ? startThread() : undefined);
      const task = thread === undefined ? undefined : waiting.shift();
      if (thread === undefined || task === undefined) return;
      thread.task = task;
      // Only work in progress keeps the process alive.
      thread.worker.ref();
      thread.worker.postMessage(task.texts);
    }
  };

  return {
    encode: (texts) =>
      new Promise((resolve, reject) => {
        if (ended !== null) throw ended;
        waiting.push({ texts, resolve, reject });
        dispatch();
      }),
    close: async () => {
      end(new Error('the tokenizer was closed'));
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function errorOf({ code, message }: Failure, subject: string): Error {
  return code === null ? new Error(message) : new PipelineError(code, message, { subject });
}

function crashed(cause: Error): PipelineError {
  return new PipelineError(
    'TOKENIZER_CRASHED',
    `a thread of the tokenizer ended (${cause.message}); nothing is lost: run the same command again, with fewer sink.tokenizerThreads if memory is short`,
    { cause },
  );
}
