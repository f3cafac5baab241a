/** Starts the scorer service as a process of its own, and ends it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { pinnedName } from '../../services/scorer/backstory/pinned-model.ts';

const packageFolder = fileURLToPath(new URL('../../services/scorer/gpu', import.meta.url));

export interface ScorerProcess {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** For scorer.model: the model's name and its configuration. */
  readonly model: string;
  readonly pid: number;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Resolves when the service answers. Its messages go to this process's standard error. */
export async function startScorerService(
  python: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ScorerProcess> {
  const service = spawn(python, ['-m', 'backstory_scorer', ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: packageFolder, ...environment },
  });
  const ended = new Promise<number | string>((resolve) => {
    service.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: service.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length));
    });
    service.once('error', reject);
    ended.then((code) => reject(new Error(`the scorer service ended with ${code}`)));
  });
  const health = healthSchema.parse(await (await fetch(`${url}/health`)).json());
  return {
    url,
    model: pinnedName(health.model, health.configuration),
    pid: service.pid ?? 0,
    ended,
    stop: (signal = 'SIGTERM') => {
      service.kill(signal);
      return ended;
    },
  };
}

const healthSchema = z.object({ model: z.string(), configuration: z.string() });
