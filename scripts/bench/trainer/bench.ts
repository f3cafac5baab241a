/**
 * The reference trainer on this machine's CPU: tokens per second, the share of the time that waited
 * for data (baseline 1 %), and the noise of each attention kernel beside 64 bits.
 */
import { fileURLToPath } from 'node:url';
import { pythonWithTorch } from '../../../test/samples/installed/python-environment.ts';
import type { Report } from '../../bench.ts';
import { measure } from '../python/measure.ts';

export async function run(report: Report): Promise<void> {
  const python = await pythonWithTorch();
  const program = fileURLToPath(new URL('measure.py', import.meta.url));
  const packages = ['services/feed', 'services/trainer'];
  await measure({ python, program, packages, environment: { OMP_NUM_THREADS: '1' } }, report);
}
