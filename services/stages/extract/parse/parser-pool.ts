/**
 * Parses files in forked child processes: a native parser may abort or hang, which in a worker
 * thread would end the whole process. Outcomes do not depend on the number of children. A child
 * that dies or hangs costs only the file that it was parsing, after one more try in a fresh child.
 */
import { availableParallelism } from 'node:os';
import { PipelineError } from '../../../runtime/errors.ts';
import { type PackedOutcome, packedUnparsed } from '../facts/packed-facts.ts';
import type { ParseJob, ParseLimits } from './parse-file.ts';
import { type Child, type ChildEnd, startChild } from './parser-process.ts';

export interface PoolOptions extends ParseLimits {
  /** 0 means one less than there are cores, at least one. */
  readonly processes: number;
  readonly hangMsMax: number;
  readonly childFilesMax: number;
  readonly childBytesMax: number;
  readonly childMemoryMegabytesMax: number;
  readonly childResidentMegabytesMax: number;
}

export interface ParserPool {
  /** One outcome per job, in their order. */
  parse(jobs: readonly ParseJob[], signal: AbortSignal): Promise<PackedOutcome[]>;
  close(): Promise<void>;
}

const mebibyte = 1024 * 1024;
/** Files sent at once: enough that the child never waits, few enough to share the rest. */
const batchFilesMax = 32;
const batchBytesMax = 256 * 1024;
/** A child takes longer to start than this much text takes to parse. */
const bytesPerChildMin = 256 * 1024;
/** Approximate bytes that the tree of a text takes at most while it is read. */
const treeBytesPerCharacter = 100;
/** Starting takes a fraction of a second; on a starved machine, much longer. */
const startMsMax = 60_000;
/**
 * A child without work for this long is ended if it has read much, because reading made it grow.
 */
const idleMsMax = 500;
const idleBytesMax = 8 * mebibyte;
/** A file is tried this often before it is given up. */
const attemptsMax = 2;

interface Task {
  readonly job: ParseJob;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: PackedOutcome) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

interface PoolState {
  readonly options: PoolOptions;
  readonly entry: URL;
  readonly queue: Task[];
  readonly children: Set<Child>;
  /** Woken when there is work, or when the pool closes. */
  readonly idle: Set<() => void>;
  closed: boolean;
}

/** `entry` is the child's program; tests give one that misbehaves. */
export function openParserPool(
  options: PoolOptions,
  entry = new URL('./parser-child.ts', import.meta.url),
): ParserPool {
  const processesMax = options.processes || Math.max(1, availableParallelism() - 1);
  const state: PoolState = {
    options,
    entry,
    queue: [],
    children: new Set(),
    idle: new Set(),
    closed: false,
  };
  const workers = new Set<Promise<void>>();

  const startWorkers = () => {
    for (const wake of state.idle) wake();
    if (workers.size >= processesMax) return;
    const bytes = state.queue.reduce((sum, task) => sum + task.job.text.length, 0);
    const wanted = Math.min(processesMax, Math.max(1, Math.ceil(bytes / bytesPerChildMin)));
    while (state.queue.length > 0 && workers.size < wanted) {
      const worker = runWorker(state).finally(() => {
        workers.delete(worker);
        // Work that arrived while this worker was ending.
        if (!state.closed && state.queue.length > 0) startWorkers();
      });
      workers.add(worker);
    }
  };

  return {
    async parse(jobs, signal) {
      signal.throwIfAborted();
      if (state.closed) throw closedError();
      const outcomes = jobs.map(
        (job) =>
          new Promise<PackedOutcome>((resolve, reject) => {
            state.queue.push({ job, signal, resolve, reject, attempts: 0 });
          }),
      );
      startWorkers();
      return await Promise.all(outcomes);
    },
    async close() {
      state.closed = true;
      for (const wake of state.idle) wake();
      for (const child of state.children) child.kill();
      await Promise.all(workers);
      for (const task of state.queue.splice(0)) task.reject(closedError());
    },
  };
}

function closedError(): Error {
  return new Error('the parser pool is closed');
}

/** Works off the queue with one child after another, until the pool closes. */
async function runWorker(state: PoolState): Promise<void> {
  while (!state.closed) {
    const child = startChild(state.entry, state.options.childMemoryMegabytesMax);
    state.children.add(child);
    try {
      if (!(await child.ready(startMsMax))) {
        if (!state.closed) failAll(state.queue, child.describeEnd());
        return;
      }
      await useChild(state, child);
    } finally {
      child.kill();
      state.children.delete(child);
      // Otherwise the next child's memory would add to this one's.
      await child.ended;
    }
    // Without work the next child would only wait; `parse` starts a worker when there is some.
    if (state.queue.length === 0) return;
  }
}

/** Gives a child batch after batch until it has to be replaced. */
async function useChild(state: PoolState, child: Child): Promise<void> {
  const { options, queue } = state;
  let files = 0;
  let bytes = 0;
  while (files < options.childFilesMax && bytes < options.childBytesMax) {
    if (queue.length === 0 && bytes > idleBytesMax) {
      await untilWoken(state, idleMsMax);
      if (queue.length === 0) return;
    }
    while (queue.length === 0 && !state.closed) await untilWoken(state);
    if (state.closed) return;
    if (files > 0 && !hasRoom(child, queue[0], options)) return;
    const batch = takeBatch(queue, files === 0);
    if (batch.length === 0 && queue.length > 0) return;
    if (batch.length === 0) continue;
    files += batch.length;
    bytes += batch.reduce((sum, task) => sum + task.job.text.length, 0);
    if (!(await runBatch(batch, child, queue, options))) return;
    if (!hasRoom(child, queue[0], options)) return;
  }
}

/** Whether the child has memory left for the next file, if it is known. */
function hasRoom(child: Child, next: Task | undefined, options: PoolOptions): boolean {
  const treeBytes = (next?.job.text.length ?? 0) * treeBytesPerCharacter;
  return child.residentBytes() + treeBytes <= options.childResidentMegabytesMax * mebibyte;
}

async function untilWoken(state: PoolState, waitMsMax?: number): Promise<void> {
  let wake: () => void = () => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  state.idle.add(wake);
  const timer = waitMsMax === undefined ? undefined : setTimeout(wake, waitMsMax);
  await woken;
  clearTimeout(timer);
  state.idle.delete(wake);
}

/** A file that ended a child before is sent alone, and only to a fresh child. */
function takeBatch(queue: Task[], fresh: boolean): Task[] {
  const aborted = queue.filter((task) => task.signal.aborted);
  for (const task of aborted) {
    queue.splice(queue.indexOf(task), 1);
    task.reject(task.signal.reason);
  }
  if ((queue[0]?.attempts ?? 0) > 0) return fresh ? queue.splice(0, 1) : [];
  let count = 0;
  let bytes = 0;
  for (const { job, attempts } of queue.slice(0, batchFilesMax)) {
    if (attempts > 0 || (count > 0 && bytes + job.text.length > batchBytesMax)) break;
    count += 1;
    bytes += job.text.length;
  }
  return queue.splice(0, count);
}

/** Returns whether the child can go on. */
async function runBatch(
  batch: readonly Task[],
  child: Child,
  queue: Task[],
  options: PoolOptions,
): Promise<boolean> {
  const { parseTimeMsMax, symbolsPerFileMax } = options;
  const limits = { parseTimeMsMax, symbolsPerFileMax };
  child.send({ jobs: batch.map((task) => task.job), limits });
  for (const [index, task] of batch.entries()) {
    const answer = await child.next(options.hangMsMax);
    if (typeof answer !== 'string') {
      task.resolve(answer);
      continue;
    }
    const rest = batch.slice(index + 1);
    task.attempts += 1;
    if (task.attempts < attemptsMax) queue.unshift(task, ...rest);
    else {
      queue.unshift(...rest);
      task.resolve(packedUnparsed(answer satisfies ChildEnd));
    }
    return false;
  }
  // A child that got a suspected file is replaced, even if it parsed that file.
  return batch.every((task) => task.attempts === 0);
}

/** A child that cannot even start is the machine's fault, not a file's. */
function failAll(queue: Task[], detail: string): void {
  const message = `a parser process did not start (${detail}); are the packages installed?`;
  for (const task of queue.splice(0)) task.reject(new PipelineError('PARSER_CRASHED', message));
}
