/** The command and its folder, which is whole or absent, checked, and equal for equal data. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexHeader } from '../../../services/export/formats/megatron/megatron.ts';
import { formats } from '../../../services/export/formats.ts';
import { sha256 } from '../../../services/runtime/ids.ts';
import { type ExportSample, makeOutput } from '../../samples/export-output.ts';
import { createHarness, type Harness } from '../../samples/sink-harness.ts';
import { runLine } from '../cli/terminal.ts';

/** Those that the shards are enough for. */
const shardFormats = formats.filter((each) => !('needsLog' in each)).map(({ name }) => name);

let harness: Harness;
let sample: ExportSample;
let folders = 0;

beforeAll(async () => {
  harness = await createHarness();
  sample = await makeOutput(harness, 'out', { repositories: 5 });
});

afterAll(() => harness.remove());

function newFolder(): string {
  folders += 1;
  return join(harness.folder, `export-${folders}`);
}

function exportTo(to: string, format: string, out = sample.out, ...rest: string[]) {
  const line = ['export', out, '--format', format, '--to', to, ...rest];
  return runLine(line, { workingFolder: harness.folder });
}

/** Every file below a folder with its hash. */
function hashesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), sha256(readFileSync(path))]),
  );
}

function hiddenNames(): string[] {
  return readdirSync(harness.folder).filter((name) => name.startsWith('.'));
}

describe('export', () => {
  it.each(shardFormats)('%s replaces an earlier export with the same bytes', async (format) => {
    const to = newFolder();
    expect((await exportTo(to, format)).exitCode).toBe(0);
    const first = hashesIn(to);
    writeFileSync(join(to, 'stray'), 'from an export of before');
    expect((await exportTo(to, format)).exitCode).toBe(0);
    expect(hashesIn(to)).toEqual(first);
    expect(hiddenNames()).toEqual([]);
  });

  it('writes into the output without --to, and reports what it wrote', async () => {
    const copy = newFolder();
    cpSync(sample.out, copy, { recursive: true });
    const line = ['export', copy, '--format', 'olmo', '--json'];
    const { exitCode, out } = await runLine(line, { workingFolder: harness.folder });
    expect(exitCode).toBe(0);
    const report = JSON.parse(out);
    const folder = join(copy, 'export/olmo');
    expect(report).toEqual(JSON.parse(readFileSync(join(folder, 'export.json'), 'utf8')));
    const { 'export.json': _itself, ...hashes } = hashesIn(folder);
    const listed = report.files.map((file: { path: string; sha256: string }) => [
      file.path,
      file.sha256,
    ]);
    expect(Object.fromEntries(listed)).toEqual(hashes);
    const tokens = sample.packs.reduce((sum, pack) => sum + pack.inputIds.length, 0);
    expect(report).toMatchObject({ tokens, documents: 5, incompleteDocuments: 0, closed: true });
  });

  it.each(['shards/shard.00000.mds', 'provenance/shard.00000.jsonl', 'tokenizer/tokenizer.json'])(
    'finds a changed byte in %s, and publishes nothing',
    async (path) => {
      const [copy, to] = [newFolder(), newFolder()];
      cpSync(sample.out, copy, { recursive: true });
      const bytes = readFileSync(join(copy, path));
      const middle = bytes.byteLength >> 1;
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
      writeFileSync(join(copy, path), bytes);
      for (const format of shardFormats) {
        const { exitCode, err } = await exportTo(to, format, copy);
        expect(exitCode).toBe(2);
        expect(err).toContain(path);
        expect(existsSync(to)).toBe(false);
      }
      expect(hiddenNames()).toEqual([]);
    },
  );

  it('exports all packs of a growing output, and counts incomplete documents', async () => {
    const growing = await makeOutput(harness, 'growing', { repositories: 8, closed: false });
    const to = newFolder();
    const { exitCode, out } = await exportTo(to, 'hf', growing.out, '--json');
    expect(exitCode).toBe(0);
    const report = JSON.parse(out);
    expect(report.closed).toBe(false);
    expect(report.documents).toBeGreaterThan(0);
    expect(report.incompleteDocuments).toBeGreaterThan(0);
    expect(report.packs).toBe(growing.packs.length);
    const card = readFileSync(join(to, 'README.md'), 'utf8');
    expect(card).toContain('still grows');
    expect(card).toContain(`Of ${report.incompleteDocuments} documents some pieces`);
  });

  it('removes the leftover of a killed export, but no other folder', async () => {
    const to = newFolder();
    // No process has this id: the kernel assigns none above 2^22.
    const leftover = join(
      harness.folder,
      `.${to.slice(to.lastIndexOf('/') + 1)}.temporary-4999999`,
    );
    mkdirSync(join(leftover, 'packs'), { recursive: true });
    expect((await exportTo(to, 'jsonl')).exitCode).toBe(0);
    expect(existsSync(leftover)).toBe(false);

    const other = newFolder();
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.txt'), 'years of work');
    const { exitCode, err } = await exportTo(other, 'jsonl');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('OUTPUT_MISMATCH')]);
    expect(readdirSync(other)).toEqual(['thesis.txt']);
  });

  it.each([
    [['--format', 'csv'], 'Allowed choices'],
    [['--format', 'olmo', '--compression', 'zstd'], 'olmo has no compression zstd'],
    [[], '--format'],
  ])('fails with USAGE for %j', async (rest, told) => {
    const line = ['export', sample.out, ...rest];
    const { exitCode, err } = await runLine(line, { workingFolder: harness.folder });
    expect(exitCode).toBe(2);
    expect(err).toContain('USAGE');
    expect(err).toContain(told);
  });

  it('fails with OUTPUT_MISSING for an output without a manifest', async () => {
    const { exitCode, err } = await exportTo(newFolder(), 'mds', newFolder());
    expect([exitCode, err]).toEqual([2, expect.stringContaining('OUTPUT_MISSING')]);
  });
});

describe('the card', () => {
  it('lists sources, licences, makers and counts, and shows how to load the data', async () => {
    for (const format of formats.filter(({ needsLog }) => !needsLog)) {
      const to = newFolder();
      await exportTo(to, format.name);
      const card = readFileSync(join(to, 'README.md'), 'utf8');
      expect(card).toContain('| MIT | 5 | 5 |');
      expect(card).toContain('| r0 | r0 |  | MIT | 1 |');
      expect(card).toContain('**not a language model**');
      expect(card).toContain('The log of the run was not at hand');
      expect(card).toContain(format.summary);
      for (const line of format.loading) expect(card).toContain(line);
      expect(format.loading.length).toBeLessThanOrEqual(5);
      expect(card).not.toMatch(/\b20\d\d-\d\d-\d\d/);
      rmSync(to, { recursive: true });
    }
  });
});

describe('the Megatron index', () => {
  it('begins with the 34 header bytes of its version', () => {
    const header = indexHeader(3, { code: 4, bytes: 4 });
    expect(header.toString('hex')).toBe(
      `4d4d494449445800000100000000000000040300000000000000${'0400000000000000'}`,
    );
  });
});
