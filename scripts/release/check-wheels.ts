/**
 * Uses the wheels as a stranger would, in the folder in which the npm package has made an output:
 * the feed reads it, the trainer takes a step on it, and the scorer judges by the model that the
 * trainer left. Nothing of the checkout is on their path.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startScorerService } from '../scorer/run-scorer.ts';
import { uvPython } from './parts.ts';
import { lockedRequirements, pythonPackages } from './python-packages.ts';
import { runTool } from './run-tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Wheels {
  /** Paths, in the order of `pythonPackages`. */
  readonly wheels: readonly string[];
  readonly version: string;
  /** Holds `out`. */
  readonly folder: string;
}

export async function checkWheels({ wheels, version, folder }: Wheels): Promise<string[]> {
  const place = { cwd: folder, env: { PYTHONPATH: '' } };
  const python = join(folder, 'venv/bin/python');
  const [feed = ''] = wheels;
  const uv = await uvPython();
  const install = (...what: readonly string[]) =>
    runTool(uv, ['-m', 'uv', 'pip', 'install', '--quiet', '--python', python, ...what], place);
  await runTool('python3', ['-m', 'venv', '--without-pip', 'venv'], place);
  await install(feed);
  const read = await runTool(join(folder, 'venv/bin/backstory-feed'), ['out', '--stop'], place);
  if (read.trim() === '') throw new Error('the feed from its wheel read nothing');
  // 5 GB, of which uv keeps a copy.
  await install('--no-deps', '-r', join(root, lockedRequirements), ...wheels);
  for (const { name } of pythonPackages) {
    const ask = `import importlib.metadata as m; print(m.version("${name}"))`;
    const found = (await runTool(python, ['-c', ask], place)).trim();
    if (found !== version) throw new Error(`the wheel of ${name} is ${found}`);
  }
  const trainer = ['out', '--to', 'trained', '--steps', '1', '--batch-size', '1'];
  await runTool(join(folder, 'venv/bin/backstory-trainer'), trainer, place);
  const sum = await scoreWith(python, folder);
  return [
    `the feed from its wheel read ${read.trim().split('\n').length} batches`,
    'the trainer from its wheel took a step',
    `the scorer from its wheel gave a code ${sum.toFixed(1)} nats`,
  ];
}

const answerSchema = z.object({
  items: z.tuple([z.object({ candidates: z.tuple([z.object({ sum: z.number().negative() })]) })]),
});

async function scoreWith(python: string, folder: string): Promise<number> {
  const parameters = ['--model', join(folder, 'trained/model'), '--device', 'cpu', '--port', '0'];
  const service = await startScorerService(python, parameters, { PYTHONPATH: '' });
  try {
    const item = { context: 'one two', candidates: ['three'], target: 'four five' };
    const response = await fetch(`${service.url}/v1/score`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items: [item] }),
    });
    return answerSchema.parse(await response.json()).items[0].candidates[0].sum;
  } finally {
    await service.stop();
  }
}
