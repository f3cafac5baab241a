/** One forked parser child as a sequence of answers: each a reply, or the way the child ended. */
import { fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PackedOutcome } from '../facts/packed-facts.ts';
import type { ChildReply, ChildRequest } from './parser-messages.ts';

/**
 * By default V8 lets young objects take 128 MiB before it looks at them, which makes nothing faster
 * here. With `gc` the child collects when it knows that trees are garbage.
 */
const memoryFlags = ['--max-semi-space-size=8', '--expose-gc'];
/** One glibc arena, and freed memory goes back to the system: a tree is many small pieces. */
const memoryEnvironment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '1000000',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/** Compiled modules are kept, where Node keeps them by default: most of a child's start is that. */
const compileCache = join(tmpdir(), 'node-compile-cache');

export type ChildEnd = 'parser-crashed' | 'parser-hung';

export interface Child {
  /** False when it died, or did not get ready in time. */
  ready(waitMsMax: number): Promise<boolean>;
  send(request: ChildRequest): void;
  /** The next outcome; after `waitMsMax` without one the child is killed. */
  next(waitMsMax: number): Promise<PackedOutcome | ChildEnd>;
  /** Memory it had after the last file; 0 before the first. */
  residentBytes(): number;
  kill(): void;
  /** Resolves when it is no more; its memory is free then. */
  readonly ended: Promise<void>;
  describeEnd(): string;
}

export function startChild(entry: URL, memoryMegabytesMax: number): Child {
  const process_ = fork(fileURLToPath(entry), [], {
    execPath: process.execPath,
    // None of the parent's own flags, such as a test runner's loaders.
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
      // A child that died meanwhile is noticed by `next`.
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
