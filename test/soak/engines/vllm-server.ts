/** vLLM on CPUs, as a process that is ready and can be ended. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../samples/servers/listen.ts';

/** It compiles while it starts. */
const startMsMax = 600_000;

export interface VllmServer {
  /** Without /v1. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startVllm(
  python: string,
  model: string,
  type: 'float32' | 'bfloat16',
): Promise<VllmServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const where = ['--host', '127.0.0.1', '--port', port, '--served-model-name', 'smollm2'];
  const how = ['--dtype', type, '--max-model-len', '8192', '--enforce-eager'];
  const entry = ['-m', 'vllm.entrypoints.cli.main', 'serve', model];
  const server = spawn(python, [...entry, ...where, ...how], {
    // With its children, which outlive it otherwise.
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      VLLM_CPU_KVCACHE_SPACE: '1',
      VLLM_CPU_OMP_THREADS_BIND: 'nobind',
      VLLM_NO_USAGE_STATS: '1',
      HF_HUB_OFFLINE: '1',
    },
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const close = async () => {
    if (server.pid === undefined) return;
    try {
      process.kill(-server.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await ended;
  };
  const started = performance.now();
  while (!(await answers(`${url}/health`))) {
    if (server.exitCode !== null) throw new Error(`vLLM ended with ${server.exitCode}`);
    if (performance.now() - started > startMsMax) {
      await close();
      throw new Error(`vLLM did not answer within ${startMsMax} ms`);
    }
    await sleep(1_000);
  }
  return { url, close };
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

/** vLLM does not tell which port it chose. */
async function freePort(): Promise<string> {
  const server = createServer();
  const { port } = new URL(await listen(server));
  await new Promise((resolve) => server.close(resolve));
  return port;
}
