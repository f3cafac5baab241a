/** Runs the program as a user does, in a process group of its own that can be killed whole. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../backstory.js', import.meta.url));

export interface Finished {
  /** Exit code, or null when it was killed. */
  readonly code: number | null;
  readonly output: string;
  readonly wallMs: number;
}

/** Runs `backstory ARGUMENTS`; with `killAfterMs` the whole group gets SIGKILL then. */
export function backstory(args: readonly string[], killAfterMs?: number): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [launcher, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer =
      killAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            if (child.pid === undefined || child.exitCode !== null) return;
            process.kill(-child.pid, 'SIGKILL');
          }, killAfterMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output, wallMs: performance.now() - started });
    });
  });
}
