/** Installs the feed as its README says and runs its tests, in Python, on an output of the sink. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExportSample, makeOutput, writeExpected } from '../../samples/export-output.ts';
import { pythonWithFeed, runPythonTests } from '../../samples/installed/python-environment.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';

const run = promisify(execFile);
/** pip downloads what it builds the package with, 60 kB. */
const installMsMax = 300_000;

let harness: Harness;
let python: string;
let sample: ExportSample;

beforeAll(async () => {
  python = await pythonWithFeed();
  harness = await createHarness();
  sample = await makeOutput(harness, 'out');
  await writeExpected(sample, join(sample.out, 'expected.json'));
}, installMsMax);

afterAll(() => harness?.remove());

/** Runs the installed package, from a folder where its sources are not. */
function feed(...parameters: string[]) {
  return run(python, ['-m', 'backstory_feed', ...parameters], { cwd: harness.folder });
}

describe('the installed feed', () => {
  it('passes its Python tests', async () => {
    const file = new URL('test_feed.py', import.meta.url).pathname;
    expect(await runPythonTests(python, file, sample.out)).toBeGreaterThan(14);
  });

  it('prints a line per batch', async () => {
    const { stdout } = await feed(sample.out, '--batch-size', '3', '--start', '1');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^step 1 packs 3,4,5 pieces \d+ tokens \d+ trained \d+$/);
    expect(lines).toHaveLength(Math.ceil(sample.packs.length / 3) - 1);
  });

  it('says in one line what is wrong, exit code 2', async () => {
    await expect(feed(join(sample.out, 'nowhere'))).rejects.toMatchObject({
      code: 2,
      stderr: /^error OUTPUT_MISSING: .*\n$/,
    });
  });
});
