/**
 * Mosaic's own StreamingDataset reads the native shards and both MDS exports. It needs torch, so
 * the first run installs 5.7 GB (102 s on two cores with a near mirror); later runs do not.
 */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOutput, writeExpected } from '../../samples/export-output.ts';
import { pythonWith } from '../../samples/python-environment.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';
import { runLine } from '../cli/terminal.ts';

const run = promisify(execFile);
const here = new URL('.', import.meta.url).pathname;
const installMsMax = 1_200_000;

let harness: Harness;
let python: string;

beforeAll(async () => {
  python = await pythonWith('mosaic', join(here, 'requirements-mosaic.txt'));
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

/** A copy of a folder in which one bit of one file is another. */
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
    const env = {
      ...process.env,
      BACKSTORY_EXPORTS: harness.folder,
      HF_HUB_OFFLINE: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const suite = ['-m', 'unittest', '-v', 'test_mosaic'];
    const { stderr } = await run(python, suite, { cwd: here, env, maxBuffer: 2 ** 24 });
    expect(stderr).toMatch(/Ran 4 tests/);
    expect(stderr).toMatch(/\nOK\n$/);
  }, 300_000);
});
