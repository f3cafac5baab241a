/** Python libraries that people use read every export and find the same tokens and masks. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../services/export/formats.ts';
import { makeOutput, writeExpected } from '../../samples/export-output.ts';
import { pythonWith, runPythonTests } from '../../samples/installed/python-environment.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';
import { runLine } from '../cli/terminal.ts';

const here = new URL('.', import.meta.url).pathname;
/** Downloads and installs on the first run: 320 MB, 17 s on two cores with a near mirror. */
const installMsMax = 600_000;

let harness: Harness;
let python: string;

beforeAll(async () => {
  python = await pythonWith('readers', join(here, 'requirements.txt'));
  harness = await createHarness();
  const sample = await makeOutput(harness, 'out');
  await writeExpected(sample, join(harness.folder, 'expected.json'));
  for (const { name, compressions } of formats.filter(({ needsLog }) => !needsLog)) {
    for (const compression of compressions) {
      const to = join(harness.folder, `${name}-${compression}`);
      const line = ['export', sample.out, '--format', name, '--compression', compression];
      const { exitCode, err } = await runLine([...line, '--to', to], { workingFolder: here });
      expect(exitCode, err).toBe(0);
    }
  }
  const { out } = await makeOutput(harness, 'nothing', { repositories: 0 });
  for (const format of ['hf', 'parquet']) {
    const line = ['export', out, '--format', format, '--to', join(harness.folder, 'empty', format)];
    const { exitCode, err } = await runLine(line, { workingFolder: here });
    expect(exitCode, err).toBe(0);
  }
}, installMsMax);

afterAll(() => harness?.remove());

describe('exports in real readers', () => {
  it('pyarrow, datasets and numpy agree with our own reader', async () => {
    const hub = { HF_HOME: join(harness.folder, 'hub'), HF_HUB_OFFLINE: '1' };
    const file = join(here, 'test_readers.py');
    expect(await runPythonTests(python, file, harness.folder, hub)).toBeGreaterThan(9);
  });
});
