/**
 * Gets the peers by the ordinary clients of PyPI and Go, once, at fixed versions, into the cache of
 * the benches. Nothing of them is part of this repository.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError, obtain, runTool } from '../structure/obtain/tools.ts';
import type { Context } from '../structure/score/oracle.ts';

/** The folder of packages of PyPI; programs are in its `bin` and need it as `PYTHONPATH`. */
export function pythonPeer(
  name: string,
  packages: readonly string[],
  context: Context,
): Promise<string> {
  const install = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--only-binary', ':all:'];
  return obtain(
    'peers',
    {
      name,
      obtain: async (folder) => {
        await runTool('python3', [...install, '--target', folder, ...packages]);
      },
    },
    context,
  );
}

/** The folder with a program of a Go module. */
export function goPeer(name: string, module: string, context: Context): Promise<string> {
  return obtain(
    'peers',
    {
      name,
      obtain: async (folder) => {
        await runTool('go', ['install', module], { environment: { GOBIN: folder } });
      },
    },
    context,
  );
}

/** Uses a peer. That one cannot be had is said, and fails the command, but not the other peers. */
export async function usePeer(name: string, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    console.error(`SKIPPED: ${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

export interface Measured {
  readonly output: string;
  /** Seconds of the processor, of all its threads. */
  readonly seconds: number;
}

const timed = `out=$1; shift; code=0; TIMEFORMAT='%U %S'
{ time "$@" >"$out" 2>"$out.log" || code=$?; } 2>"$out.time"
echo "$code $(cat "$out.time")"`;

/** Runs a program to its end; `codes` are the exit codes with which it has done its work. */
export async function measured(
  command: string,
  args: readonly string[],
  options: { environment?: Readonly<Record<string, string>>; codes?: readonly number[] } = {},
): Promise<Measured> {
  const { environment = {}, codes = [0] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'backstory-peer-'));
  const out = join(folder, 'out');
  try {
    const said = await runTool('bash', ['-c', timed, 'bash', out, command, ...args], {
      environment,
    });
    const [code = 1, user = 0, system = 0] = said.trim().split(/\s+/).map(Number);
    if (!codes.includes(code)) {
      const log = (await readFile(`${out}.log`, 'utf8')).slice(-2000);
      throw new BenchError('BENCH_TOOL_FAILED', `${command} ended with ${code}: ${log}`);
    }
    return { output: await readFile(out, 'utf8'), seconds: user + system };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
