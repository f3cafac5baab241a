/**
 * The scorer service on this machine's CPU: beside plain transformers and its own echo of whole
 * prompts, at several lengths of context and numbers of candidates, on one core; baseline is the
 * ratio of FLOPs.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pythonWithTorch } from '../../../test/samples/installed/python-environment.ts';
import type { Figure, Report } from '../../bench.ts';

const script = fileURLToPath(new URL('compare.py', import.meta.url));
const packageFolder = fileURLToPath(new URL('../../../services/scorer/gpu', import.meta.url));

export async function run(report: Report): Promise<void> {
  const env = {
    ...process.env,
    PYTHONPATH: packageFolder,
    HF_HUB_OFFLINE: '1',
    OMP_NUM_THREADS: '1',
  };
  const comparing = spawn(await pythonWithTorch(), [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  createInterface({ input: comparing.stdout }).on('line', (line) => {
    if (line.startsWith('{')) report(JSON.parse(line) as Figure);
  });
  const code = await new Promise((resolve, reject) => {
    comparing.once('error', reject);
    comparing.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
}
