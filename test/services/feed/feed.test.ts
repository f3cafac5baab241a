/** Runs the feed's own tests, in Python, on an output that the real sink made. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pack } from '../../../schemas/mds.ts';
import { decodeShard } from '../../../schemas/mds.ts';
import { readManifest } from '../../../services/dataset/manifest.ts';
import { openLocalObjects } from '../../../services/runtime/store/objects/local.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  placeRecords,
  type SinkRecord,
} from '../../samples/sink-harness.ts';

const run = promisify(execFile);
const root = new URL('../../..', import.meta.url).pathname;
let harness: Harness;
let out: string;

beforeAll(async () => {
  harness = await createHarness();
  out = join(harness.folder, 'out');
  mkdirSync(out);
  const records: SinkRecord[] = [];
  for (let sequence = 0; sequence < 14; sequence += 1) {
    const text = `text ${sequence} \u00e4\n`.repeat(5 + ((sequence * 11) % 40));
    const repository = { name: `r${sequence}`, files: [{ path: 'a', text }] };
    records.push(await harness.trajectory(repository, sequence));
  }
  await deliver(await harness.open(out), placeRecords([...records, closedRecord(14)]));
  writeFileSync(join(out, 'expected.json'), JSON.stringify({ packs: await packsOf(out) }));
});

afterAll(() => harness.remove());

async function packsOf(folder: string) {
  const store = openLocalObjects(folder);
  const { entries } = await readManifest(store);
  const packs: Pack[] = [];
  for (const shard of entries.flatMap((entry) => entry.shards)) {
    packs.push(...decodeShard((await store.read(shard.path)) ?? Buffer.alloc(0)));
  }
  return packs.map(({ inputIds, mask, indices }) => ({
    inputIds: [...inputIds],
    mask: [...mask],
    indices,
  }));
}

function python(...parameters: string[]) {
  const PYTHONPATH = join(root, 'services/feed');
  const env = { ...process.env, PYTHONPATH, BACKSTORY_OUTPUT: out, PYTHONDONTWRITEBYTECODE: '1' };
  return run('python3', parameters, { cwd: root, env });
}

describe('the feed', () => {
  it('passes its Python tests', async () => {
    const { stderr } = await python('-m', 'unittest', 'discover', '-s', 'test/services/feed', '-v');
    expect(stderr).toMatch(/Ran 1[5-9] tests/);
    expect(stderr).toMatch(/\nOK\n$/);
  });

  it('prints a line per batch', async () => {
    const { stdout } = await python(
      '-m',
      'backstory_feed',
      out,
      '--batch-size',
      '3',
      '--start',
      '1',
    );
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^step 1 packs 3,4,5 pieces \d+ tokens \d+ trained \d+$/);
    expect(lines).toHaveLength(Math.ceil((await packsOf(out)).length / 3) - 1);
  });

  it('says in one line what is wrong, exit code 2', async () => {
    const missing = python('-m', 'backstory_feed', join(out, 'nowhere'));
    await expect(missing).rejects.toMatchObject({
      code: 2,
      stderr: /^error OUTPUT_MISSING: .*\n$/,
    });
  });
});
