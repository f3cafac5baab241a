/**
 * Processes that the training commands start: the program and the trainer. Each is a
 * group of its own that a signal reaches as a whole, and none outlives the command unless the
 * command itself is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signalGroup } from '../../test/soak/start-backstory.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const launcher = join(root, 'scripts/backstory.js');
const wings = ['services/feed', 'services/trainer'].map((wing) => join(root, wing));

const running = new Set<ChildProcess>();

/** Set when the command was asked to stop: it ends what it started, and then itself. */
const stopping = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping.abort(new Error(`stopped by ${signal}`));
    for (const child of running) signalGroup(child, 'SIGTERM');
  });
}

/** Runs to its end, and fails with what ended it. */
export async function call(command: string, line: readonly string[]): Promise<void> {
  stopping.signal.throwIfAborted();
  const env = { ...process.env, PYTHONPATH: wings.join(':') };
  const child = spawn(command, [...line], { detached: true, stdio: 'inherit', env });
  running.add(child);
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('exit', done);
  }).finally(() => running.delete(child));
  stopping.signal.throwIfAborted();
  if (code !== 0) {
    throw new Error(`${command} ${line.join(' ')} ended with ${code ?? child.signalCode}`);
  }
}
