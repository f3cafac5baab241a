/**
 * The scorer service on this machine's CPU: beside plain transformers and its own echo of whole
 * prompts, at several lengths of context and numbers of candidates, on one core; baseline is the
 * ratio of FLOPs.
 */
import { fileURLToPath } from 'node:url';
import { pythonWithTorch } from '../../../test/samples/installed/python-environment.ts';
import type { Report } from '../../bench.ts';
import { measure } from '../python/measure.ts';

export async function run(report: Report): Promise<void> {
  const python = await pythonWithTorch();
  const program = fileURLToPath(new URL('compare.py', import.meta.url));
  const environment = { HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1' };
  await measure({ python, program, packages: ['services/scorer/gpu'], environment }, report);
}
