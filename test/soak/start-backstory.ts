/** Starts the program as a user does, in a process group of its own that can be killed whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../scripts/backstory.js', import.meta.url));

export interface Finished {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly output: string;
}

/** One that was waited for. */
export interface Run extends Finished {
  readonly wallMs: number;
}

export interface StartedBackstory {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** Starts `backstory PARAMETERS` with further environment. */
export function startBackstory(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): StartedBackstory {
  const child = spawn(process.execPath, [launcher, ...parameters], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
  return { child, finished };
}

/** Signals its whole process group; false when it was gone already. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Runs `backstory PARAMETERS` to its end; with `killAfterMs` the whole group gets SIGKILL then. */
export async function runBackstory(
  parameters: readonly string[],
  killAfterMs?: number,
): Promise<Run> {
  const started = performance.now();
  const { child, finished } = startBackstory(parameters);
  const timer =
    killAfterMs === undefined
      ? undefined
      : setTimeout(() => signalGroup(child, 'SIGKILL'), killAfterMs);
  try {
    return { ...(await finished), wallMs: performance.now() - started };
  } finally {
    clearTimeout(timer);
  }
}
