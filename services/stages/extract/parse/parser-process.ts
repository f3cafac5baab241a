/** One forked parser child as a sequence of answers: each a reply, or how the child ended. */
import { fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PackedOutcome } from '../facts/packed-facts.ts';
import type { ChildReply, ChildRequest } from './parser-messages.ts';

/**
 * By default V8 lets young objects take 128 MiB before it collects them, which makes nothing faster
 * here. `--expose-gc` lets the child collect when it knows that trees are garbage.
 */
const memoryFlags = ['--max-semi-space-size=8', '--expose-gc'];
/** One glibc arena that returns freed memory to the system: a tree is many small allocations. */
const memoryEnvironment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '1000000',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/** Node's default folder for compiled modules; compiling is most of a child's start. */
const compileCache = join(tmpdir(), 'node-compile-cache');

export type ChildEnd = 'parser-crashed' | 'parser-hung';

export interface Child {
  /** False if the child died or was not ready in time. */
  ready(waitMsMax: number): Promise<boolean>;
  send(request: ChildRequest): void;
  /** The next outcome; after `waitMsMax` without one the child is killed. */
  next(waitMsMax: number): Promise<PackedOutcome | ChildEnd>;
  /** Memory of the child after its last file; 0 before the first. */
  residentBytes(): number;
  kill(): void;
  /** Resolves when the child has ended and its memory is free. */
  readonly ended: Promise<void>;
  describeEnd(): string;
}

export function startChild(entry: URL, memoryMegabytesMax: number): Child {
  const process_ = fork(fileURLToPath(entry), [], {
    execPath: process.execPath,
    // Drops the parent's own flags, such as a test runner's loaders.
    execArgv: [`--max-old-space-size=${memoryMegabytesMax}`, ...memoryFlags],
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...memoryEnvironment },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const replies: ChildReply[] = [];
  const ended = Promise.withResolvers<void>();
  let end: string | null = null;
  let residentBytes = 0;
  let wake: () => void = () => {};
  const finish = (how: string) => {
    end ??= how;
    ended.resolve();
    wake();
  };
  process_.on('message', (message) => {
    replies.push(message as ChildReply);
    wake();
  });
  process_.on('error', (error) => finish(error.message));
  process_.on('exit', (code, signal) => finish(signal ?? `exit code ${code}`));

  /** The next reply; null when the child ended, undefined when the time is up. */
  const take = async (waitMsMax: number): Promise<ChildReply | null | undefined> => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      wake();
    }, waitMsMax);
    try {
      while (replies.length === 0 && end === null && !timedOut) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
    return replies.shift() ?? (end === null ? undefined : null);
  };

  return {
    ready: async (waitMsMax) => (await take(waitMsMax))?.kind === 'ready',
    send: (request) => {
      // `next` reports a child that died meanwhile.
      process_.send(request, () => {});
    },
    async next(waitMsMax) {
      const reply = await take(waitMsMax);
      if (reply?.kind === 'parsed') {
        residentBytes = reply.residentBytes;
        return reply.outcome;
      }
      if (reply === undefined) process_.kill('SIGKILL');
      return reply === undefined ? 'parser-hung' : 'parser-crashed';
    },
    residentBytes: () => residentBytes,
    kill: () => {
      process_.kill('SIGKILL');
    },
    ended: ended.promise,
    describeEnd: () => end ?? 'no sign of life',
  };
}
