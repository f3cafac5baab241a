/**
 * Trains tiny models on an output of the sink, on CPUs: the loss is that of the documents alone, a
 * run goes on bit for bit, and with another number of processes on the same samples.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOutput } from '../../samples/export-output.ts';
import { pythonWithTorch, runPythonTests } from '../../samples/installed/python-environment.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';

/** PyTorch is 5 GB where it is not there yet. */
const installMsMax = 600_000;

let harness: Harness;
let python: string;

beforeAll(async () => {
  python = await pythonWithTorch();
  harness = await createHarness();
}, installMsMax);

afterAll(() => harness?.remove());

describe('the trainer', () => {
  it('passes its Python tests', async () => {
    const { out } = await makeOutput(harness, 'out');
    const path = ['feed', 'feed/examples', 'trainer'].map((wing) => `../../../services/${wing}`);
    const folders = path.map((folder) => new URL(folder, import.meta.url).pathname);
    for (const [name, tests] of [
      ['test_trainer.py', 22],
      ['test_refusals.py', 14],
    ] as const) {
      const file = new URL(name, import.meta.url).pathname;
      const ran = await runPythonTests(python, file, out, { PYTHONPATH: folders.join(':') });
      expect(ran, name).toBe(tests);
    }
  }, 900_000);
});
