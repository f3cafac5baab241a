/**
 * Installs the feed as its README says and runs its tests, in Python, on an output of the sink, in
 * a folder and on a real S3 server; properties and faults run on outputs that the tests write.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExportSample, makeOutput, writeExpected } from '../../samples/export-output.ts';
import {
  pythonWith,
  pythonWithFeed,
  runPythonTests,
} from '../../samples/installed/python-environment.ts';
import { sharedCluster, uniqueName } from '../../samples/servers/cluster.ts';
import { s3Credentials, s3Url } from '../../samples/servers/s3.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';

const run = promisify(execFile);
/** pip downloads numpy and what it builds the package with, 17 MB; the other parts 90 MB. */
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
    expect(await runPythonTests(python, file, sample.out)).toBeGreaterThan(18);
  });

  it('prints a line per batch', async () => {
    const { stdout } = await feed(sample.out, '--batch-size', '3', '--start', '1');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^step 1 packs 3,4,5 pieces \d+ tokens \d+ trained \d+$/);
    expect(lines).toHaveLength(Math.ceil(sample.packs.length / 3) - 1);
  });

  it('starts from the checkpoints that the sink writes, without the entries before them', async () => {
    const { out } = await makeOutput(harness, 'with-checkpoints', { span: 2 });
    const { stdout } = await feed(sample.out, '--batch-size', '2');
    expect((await feed(out, '--batch-size', '2')).stdout).toBe(stdout);
    await rm(join(out, 'manifest/00000001.json'));
    expect((await feed(out, '--batch-size', '2')).stdout).toBe(stdout);
  });

  it('says in one line what is wrong, exit code 2', async () => {
    await expect(feed(join(sample.out, 'nowhere'))).rejects.toMatchObject({
      code: 2,
      stderr: /^error OUTPUT_MISSING: .*\n$/,
    });
  });
});

describe('the feed with its optional parts', () => {
  let whole: string;
  const sources = { PYTHONPATH: new URL('../../../services/feed', import.meta.url).pathname };
  const file = (name: string) => new URL(name, import.meta.url).pathname;
  beforeAll(async () => {
    whole = await pythonWith('optional-feed', file('requirements.txt'));
  }, installMsMax);

  it('reads every pack once per epoch in one order, whatever reads it', async () => {
    expect(await runPythonTests(whole, file('test_order.py'), harness.folder, sources)).toBe(8);
  }, 60_000);

  it('names every fault of data and storage, or waits it out', async () => {
    const ran = await runPythonTests(whole, file('test_faults.py'), harness.folder, sources);
    expect(ran).toBe(23);
  }, 60_000);

  it('waits at a head that moves, and goes on only from a state that belongs there', async () => {
    expect(await runPythonTests(whole, file('test_states.py'), harness.folder, sources)).toBe(14);
  }, 60_000);

  it('reads blanks where something was opted out, also while it runs', async () => {
    expect(await runPythonTests(whole, file('test_opt_outs.py'), harness.folder, sources)).toBe(6);
  }, 60_000);

  it('turns JSONL, Parquet and MDS of text into packs', async () => {
    expect(await runPythonTests(whole, file('test_prepare.py'), harness.folder, sources)).toBe(5);
  }, 60_000);

  it('reads from S3 and from what fsspec knows', async () => {
    const cluster = await sharedCluster('objects');
    const environment = {
      ...sources,
      ...s3Credentials,
      S3_ENDPOINT: cluster.address('objects'),
      S3_URL: s3Url(uniqueName('feed')),
    };
    const ran = await runPythonTests(whole, file('test_remote.py'), harness.folder, environment);
    expect(ran).toBe(6);
  }, 120_000);
});
