/**
 * Processes that the training commands start: the program and the trainer. Each is a
 * group of its own that a signal reaches as a whole, and none outlives the command unless the
 * command itself is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { signalGroup } from '../../test/soak/start-backstory.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const launcher = join(root, 'scripts/backstory.js');
const wings = ['services/feed', 'services/trainer'].map((wing) => join(root, wing));

export interface Started {
  readonly child: ChildProcess;
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** A file that takes what it says; otherwise the terminal does. */
  readonly log?: string;
}

const running = new Set<Started>();

/** What was asked to end has this long before it is killed. */
const graceMs = 60_000;

/** Set when the command was asked to stop: it ends what it started, and then itself. */
const stopping = new AbortController();
export const stopped = stopping.signal;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping.abort(new Error(`stopped by ${signal}`));
    for (const { child } of running) signalGroup(child, 'SIGTERM');
  });
}

/** Starts it and does not wait. */
export function start(command: string, line: readonly string[], options: StartOptions = {}) {
  stopped.throwIfAborted();
  const { environment, log } = options;
  const env = { ...process.env, PYTHONPATH: wings.join(':'), ...environment };
  const file = log === undefined ? null : openSync(log, 'a');
  const stdio = file === null ? 'inherit' : (['ignore', file, file] as const);
  const child = spawn(command, [...line], { detached: true, stdio: stdio as 'inherit', env });
  if (file !== null) closeSync(file);
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('exit', done);
  }).finally(() => running.delete(started));
  // Whoever waits for the end still sees why there was none.
  ended.catch(() => {});
  const started: Started = { child, ended };
  running.add(started);
  return started;
}

/** Runs to its end, and fails with what ended it. */
export async function call(
  command: string,
  line: readonly string[],
  options?: StartOptions,
): Promise<void> {
  const { child, ended } = start(command, line, options);
  const code = await ended;
  stopped.throwIfAborted();
  if (code !== 0) {
    throw new Error(`${command} ${line.join(' ')} ended with ${code ?? child.signalCode}`);
  }
}

/** Signals its group and waits for its exit code; null when a signal ended it. */
export async function end({ child, ended }: Started, signal: NodeJS.Signals) {
  signalGroup(child, signal);
  const patience = new AbortController();
  delay(graceMs, undefined, { signal: patience.signal, ref: false })
    .then(() => signalGroup(child, 'SIGKILL'))
    .catch(() => {});
  return ended.finally(() => patience.abort());
}

/** Ends whatever still runs. */
export async function endAll(): Promise<void> {
  await Promise.allSettled([...running].map((each) => end(each, 'SIGTERM')));
}

/** Tells why a command ends, and gives its exit code. */
export function failed(error: Error): number {
  // Whatever broke after a signal broke by it.
  console.error(`error ${(stopped.aborted ? (stopped.reason as Error) : error).message}`);
  return stopped.aborted ? 130 : 1;
}
