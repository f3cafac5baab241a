/**
 * The scorer service in Python: parity with plain transformers, its engine's faults and its routes.
 * Their environment has PyTorch; where it is not there yet, making it takes 100 s (5.4 GB).
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pythonWithTorch, runPythonTests } from '../../../samples/installed/python-environment.ts';

const here = new URL('.', import.meta.url).pathname;
const root = join(here, '../../../..');

describe('the scorer service', () => {
  it('passes its Python tests', async () => {
    const python = await pythonWithTorch();
    const ran = await runPythonTests(python, join(here, 'run.py'), here, {
      PYTHONPATH: join(root, 'services/scorer/gpu'),
      // uv compiles nothing, and PyTorch is slow to compile: once is enough.
      PYTHONDONTWRITEBYTECODE: '',
      PYTHONPYCACHEPREFIX: join(root, '.cache/pycache'),
    });
    expect(ran).toBe(64);
  }, 1_500_000);
});
