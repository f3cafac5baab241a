/**
 * Tests that need torch: Mosaic's own StreamingDataset reads the native shards and both MDS
 * exports, and a DataLoader loads steps through the feed's data set. The first run installs 5.4 GB
 * (99 s on two cores with a near mirror), which the tests of the scorer use too; later runs do not.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOutput, writeExpected } from '../../samples/export-output.ts';
import { pythonWithTorch, runPythonTests } from '../../samples/installed/python-environment.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';
import { runLine } from '../cli/terminal.ts';

const here = new URL('.', import.meta.url).pathname;
const installMsMax = 1_200_000;

let harness: Harness;
let python: string;

beforeAll(async () => {
  python = await pythonWithTorch();
  harness = await createHarness();
  const sample = await makeOutput(harness, 'out');
  await writeExpected(sample, join(harness.folder, 'expected.json'));
  cpSync(join(sample.out, 'shards'), join(harness.folder, 'native'), { recursive: true });
  for (const compression of ['none', 'zstd']) {
    const to = join(harness.folder, `mds-${compression}`);
    const line = ['export', sample.out, '--format', 'mds', '--compression', compression];
    const { exitCode, err } = await runLine([...line, '--to', to], { workingFolder: here });
    expect(exitCode, err).toBe(0);
  }
  tamper('native', 'shard.00000.mds');
  tamper('mds-zstd', 'shard.00000.mds.zstd');
}, installMsMax);

afterAll(() => harness?.remove());

/** A copy of a folder with one bit of one file flipped. */
function tamper(folder: string, file: string): void {
  const copy = join(harness.folder, `tampered-${folder}`);
  cpSync(join(harness.folder, folder), copy, { recursive: true });
  const bytes = readFileSync(join(copy, file));
  const middle = bytes.byteLength >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(join(copy, file), bytes);
}

describe('Mosaic Streaming', () => {
  it('reads the shards, gives the labels of ProLong, and refuses a changed byte', async () => {
    const file = join(here, 'test_mosaic.py');
    const offline = { HF_HUB_OFFLINE: '1' };
    expect(await runPythonTests(python, file, harness.folder, offline)).toBe(4);
  }, 300_000);
});

describe('PyTorch', () => {
  it("loads steps through the feed's data set", async () => {
    const file = join(here, '../feed/test_torch_dataset.py');
    const paths = { PYTHONPATH: join(here, '../../../services/feed') };
    expect(await runPythonTests(python, file, harness.folder, paths)).toBe(7);
  }, 300_000);
});
