/** `inspect` compares files with the hashes of the manifest before it uses any of their bytes. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOutput } from '../../../services/dataset/open-output.ts';
import { listSamples, readSample } from '../../../services/dataset/samples.ts';
import { makeOutput } from '../../samples/export-output.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';
import { runLine } from '../cli/terminal.ts';

let harness: Harness;
let good: string;
let copies = 0;

beforeAll(async () => {
  harness = await createHarness();
  good = (await makeOutput(harness, 'out', { repositories: 6 })).out;
});

afterAll(() => harness.remove());

function copy(): string {
  copies += 1;
  const out = join(harness.folder, `copy-${copies}`);
  cpSync(good, out, { recursive: true });
  return out;
}

/** A copy of the output with one bit of one file flipped. */
function tamper(path: string): string {
  const out = copy();
  const bytes = readFileSync(join(out, path));
  const middle = bytes.byteLength >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(join(out, path), bytes);
  return out;
}

const inspect = (out: string, ...more: string[]) =>
  runLine(['inspect', out, ...more], { workingFolder: harness.folder });

describe('inspect names the damaged file', () => {
  const files = ['shards/shard.00000.mds', 'provenance/shard.00000.jsonl'];

  test.each(files)('if it lists samples: %s', async (path) => {
    const { exitCode, err, out } = await inspect(tamper(path));
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(`error SHARD_CORRUPT: ${path} does not match its hash`);
  });

  test.each([...files, 'tokenizer/tokenizer.json'])('if it shows a sample: %s', async (path) => {
    const [line = ''] = readFileSync(join(good, 'provenance/shard.00000.jsonl'), 'utf8').split(
      '\n',
    );
    const { sampleId } = JSON.parse(line) as { sampleId: string };
    const { exitCode, out } = await inspect(tamper(path), sampleId, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'SHARD_CORRUPT', subject: path } });
  });

  test('if a shard is missing', async () => {
    const out = copy();
    rmSync(join(out, 'shards/shard.00000.mds'));
    const { exitCode, err } = await inspect(out);
    expect(exitCode).toBe(2);
    expect(err).toContain('shards/shard.00000.mds is missing; `backstory verify` tells more');
  });
});

describe('samples of a growing output', () => {
  test('are listed once a piece is in a shard, and shown once all pieces are', async () => {
    const { out } = await makeOutput(harness, 'growing', { repositories: 8, closed: false });
    const output = await openOutput(out);
    const whole: string[] = [];
    const cut: unknown[] = [];
    for (const { id } of await listSamples(output)) {
      await readSample(output, id).then(
        ({ overview }) => whole.push(overview.id),
        (error) => cut.push(error),
      );
    }
    expect(whole.length).toBeGreaterThan(0);
    expect(cut.length).toBeGreaterThan(0);
    for (const error of cut) {
      expect(error).toMatchObject({ code: 'OUTPUT_MISSING' });
      expect(String(error)).toMatch(/only \d+ of \d+ pieces are in shards yet/);
    }
  });

  test('are read only from the shards that hold them', async () => {
    const out = copy();
    const { shards } = await openOutput(out);
    const idsIn = ({ provenance }: (typeof shards)[number]) =>
      readFileSync(join(out, provenance.path), 'utf8').match(/(?<="sampleId":")[^"]+/g) ?? [];
    const last = shards.at(-1);
    if (last === undefined) throw new Error('the output has a shard');
    const inLast = new Set(idsIn(last));
    const id = shards.flatMap(idsIn).find((each) => !inLast.has(each)) ?? '';
    rmSync(join(out, last.path));
    expect((await readSample(await openOutput(out), id)).overview.id).toBe(id);
  });
});
