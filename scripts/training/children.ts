/**
 * Processes that the training commands start: the program, the servers and the trainer. Each is a
 * group of its own that a signal reaches as a whole, and none outlives the command unless the
 * command itself is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const launcher = join(root, 'scripts/backstory.js');
const wings = ['services/feed', 'services/trainer'].map((wing) => join(root, wing));

export interface Started {
  readonly child: ChildProcess;
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Set when the command was asked to stop: it ends what it started, and then itself. */
export const stopping = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping.abort(new Error(`stopped by ${signal}`));
    for (const child of running) signalGroup(child, 'SIGTERM');
  });
}

/** In the folder where it finds the servers' addresses. */
export function start(folder: string, command: string, line: readonly string[]): Started {
  const env = { ...process.env, PYTHONPATH: wings.join(':') };
  const child = spawn(command, [...line], { cwd: folder, detached: true, stdio: 'inherit', env });
  running.add(child);
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('exit', done);
  }).finally(() => running.delete(child));
  // Whoever waits for the end still sees why there was none.
  ended.catch(() => {});
  return { child, ended };
}

/** Runs to its end, and fails with what ended it. */
export async function call(folder: string, command: string, line: readonly string[]) {
  const { child, ended } = start(folder, command, line);
  const code = await ended;
  stopping.signal.throwIfAborted();
  if (code !== 0) {
    throw new Error(`${command} ${line.join(' ')} ended with ${code ?? child.signalCode}`);
  }
}

export function isOver({ child }: Started): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Signals the whole group, unless it is gone. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
