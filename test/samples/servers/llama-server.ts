/**
 * A real server with a real model: llama.cpp with SmolLM2-135M, both from wheels (`llama/`). It
 * tests machinery and not prose. The model `cut` has only the first layer: it speaks nonsense in
 * the form that a JSON schema wants, fast enough for every run of the tests.
 */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonWith } from '../installed/python-environment.ts';
import { madeOnce } from '../made-once.ts';

const folder = fileURLToPath(new URL('llama/', import.meta.url));
const script = join(folder, 'serve.py');
const requirements = join(folder, 'requirements.txt');
const kept = fileURLToPath(new URL('../../../.venv', import.meta.url));

export interface LlamaServer {
  /** With /v1. */
  readonly baseUrl: string;
  close(): Promise<void>;
}

export async function startLlamaServer(
  model: 'whole' | 'cut',
  contextTokens: number,
): Promise<LlamaServer> {
  const python = await pythonWith('llama', requirements);
  const file = model === 'whole' ? model : join(await cutModel(python), 'cut.gguf');
  const server = spawn(python, [script, String(contextTokens), file], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => server.on('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).once('line', resolve);
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the llama.cpp server ended with ${code}`)));
  });
  return {
    baseUrl: `${address}/v1`,
    close: async () => {
      server.stdin.end();
      // It may be in the middle of an answer.
      server.kill('SIGKILL');
      await ended;
    },
  };
}

function cutModel(python: string): Promise<string> {
  const make = async (target: string) => {
    await promisify(execFile)(python, [script, 'cut', join(target, 'cut.gguf')]);
  };
  const madeOf = python + readFileSync(script, 'utf8');
  return madeOnce({ parent: kept, name: 'smollm2-cut', madeOf, make });
}
