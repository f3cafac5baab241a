/**
 * One server as a process group of its own that outlives its starter: started with its output in a
 * log file, recognised later by its id and start time, ended by SIGTERM and then by SIGKILL.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PipelineError } from '../../services/runtime/errors.ts';

export interface ServerProcess {
  readonly pid: number;
  /** Start time in the system's unit; null where the system does not report it. */
  readonly startTime: string | null;
}

const pollMs = 100;
const logLinesShown = 15;

/** Field 22 of /proc/PID/stat, which differs for a reused id. Null if there is no such process. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Z is a zombie: it has ended, but its parent has not waited for it yet.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export function isRunning({ pid, startTime }: ServerProcess): boolean {
  if (startTime !== null) return startTimeOf(pid) === startTime;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts a server; resolves when it runs, not when it is ready. */
export async function startServer(
  command: readonly string[],
  logFile: string,
  folder: string,
): Promise<ServerProcess> {
  const [program = '', ...parameters] = command;
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(program, parameters, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const pid = child.pid as number;
    return { pid, startTime: startTimeOf(pid) };
  } finally {
    closeSync(log);
  }
}

/** Signals the whole process group, if it still exists. */
export function signalServer({ pid }: ServerProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** SIGTERM, then SIGKILL when it has not ended in time. */
export async function stopServer(server: ServerProcess, graceMs: number): Promise<void> {
  if (!isRunning(server)) return;
  // A stopped process handles SIGTERM only after SIGCONT.
  signalServer(server, 'SIGCONT');
  signalServer(server, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (isRunning(server)) {
    if (performance.now() > deadline) signalServer(server, 'SIGKILL');
    await delay(pollMs);
  }
}

export interface Readiness {
  readonly name: string;
  readonly isReady: () => Promise<boolean>;
  readonly readyMs: number;
  readonly logFile: string;
}

/** Waits until a server answers. CLUSTER_FAILED with the end of its log when it does not. */
export async function waitUntilReady(server: ServerProcess, readiness: Readiness): Promise<void> {
  const { name, isReady, readyMs, logFile } = readiness;
  const deadline = performance.now() + readyMs;
  const fail = (what: string) => {
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-logLinesShown);
    return new PipelineError(
      'CLUSTER_FAILED',
      `${name} ${what}; ${logFile} ends:\n${lines.join('\n')}`,
      {
        subject: name,
      },
    );
  };
  while (!(await isReady())) {
    if (!isRunning(server)) throw fail('ended while it started');
    if (performance.now() > deadline) {
      await stopServer(server, 0);
      throw fail(`was not ready after ${Math.round(readyMs / 1000)} s`);
    }
    await delay(pollMs);
  }
  // Another program may have answered in its place.
  if (!isRunning(server)) throw fail('ended while it started');
}
