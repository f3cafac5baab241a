/**
 * A small pool of threads, so that scoring never blocks the main loop. Threads start when first
 * needed. Which thread answers changes no result; a request goes to a thread that keeps its
 * context when that one is free, which saves building it again.
 */
import { Worker } from 'node:worker_threads';
import type { ScoreRequest } from '../../ports/scorer.ts';
import { contextsKept } from './score.ts';
import type { Question, Reply, WorkerData } from './worker.ts';

export interface Pool {
  run(request: ScoreRequest, signal: AbortSignal): Promise<readonly number[]>;
  close(): Promise<void>;
}

interface Task {
  readonly number: number;
  readonly request: ScoreRequest;
  readonly resolve: (bits: readonly number[]) => void;
  readonly reject: (reason: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  task: Task | null;
  /** Contexts it keeps, the least recent first. */
  contexts: readonly string[];
}

export function openPool(threadsMax: number, data: WorkerData): Pool {
  const threads: Thread[] = [];
  const waiting: Task[] = [];
  let tasks = 0;
  let closed = false;

  const fail = (error: unknown) => {
    closed = true;
    for (const thread of threads) thread.task?.reject(error);
    for (const task of waiting.splice(0)) task.reject(error);
  };

  const startThread = (): Thread => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: data });
    const thread: Thread = { worker, task: null, contexts: [] };
    worker.on('message', ({ number, bits }: Reply) => {
      const task = thread.task;
      thread.task = null;
      worker.unref();
      if (task?.number === number) task.resolve(bits);
      dispatch();
    });
    // A thread that dies is our bug: every request fails with it and the pool takes no more.
    worker.on('error', fail);
    threads.push(thread);
    return thread;
  };

  const freeThread = (context: string): Thread | null => {
    const free = threads.filter((thread) => thread.task === null);
    const warm = free.find((thread) => thread.contexts.includes(context));
    if (warm !== undefined) return warm;
    if (threads.length < threadsMax) return startThread();
    return free[0] ?? null;
  };

  const dispatch = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const thread = freeThread(next.request.context);
      if (thread === null) return;
      waiting.shift();
      thread.task = next;
      const { context } = next.request;
      const others = thread.contexts.filter((kept) => kept !== context);
      thread.contexts = [...others, context].slice(-contextsKept);
      // Only work in progress keeps the process alive.
      thread.worker.ref();
      thread.worker.postMessage({ number: next.number, request: next.request } satisfies Question);
    }
  };

  const run = (request: ScoreRequest, signal: AbortSignal) =>
    new Promise<readonly number[]>((resolve, reject) => {
      signal.throwIfAborted();
      if (closed) throw new Error('the scorer is closed');
      const task: Task = {
        number: tasks,
        request,
        resolve: (bits) => {
          signal.removeEventListener('abort', onAbort);
          resolve(bits);
        },
        reject: (reason) => {
          signal.removeEventListener('abort', onAbort);
          reject(reason);
        },
      };
      // A request under way ends soon by its bounds; its late answer is thrown away.
      const onAbort = () => {
        const place = waiting.indexOf(task);
        if (place >= 0) waiting.splice(place, 1);
        task.reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      tasks += 1;
      waiting.push(task);
      dispatch();
    });

  return {
    run,
    close: async () => {
      fail(new Error('the scorer was closed'));
      await Promise.all(threads.map((thread) => thread.worker.terminate()));
    },
  };
}
