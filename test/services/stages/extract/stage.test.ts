/** Extract's wiring: the admitted bytes in one blob in, one valid `repo-structure` out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyType } from '../../../../schemas/avro.ts';
import type { Repository } from '../../../../schemas/generated/types.ts';
import { sha256 } from '../../../../services/runtime/ids.ts';
import type { StageRecord, Tools } from '../../../../services/runtime/stage.ts';
import { type BlobStore, openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { type ExtractKnobs, extractKnobs } from '../../../../services/stages/extract/config.ts';
import { openExtractor } from '../../../../services/stages/extract/extractor.ts';
import { extract } from '../../../../services/stages/extract/stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-extract-'));
const config = extractKnobs.parse({ processes: 1, parseBytesMax: 2000 });
const counts: [string, number | undefined][] = [];
const warnings: unknown[] = [];
let blobs: BlobStore;
let tools: Tools<'extract', ExtractKnobs, typeof extract.report & {}>;

beforeAll(async () => {
  blobs = await openLocalBlobStore(folder);
  // What the handler may touch; anything else it reached for would be undefined and fail.
  tools = {
    config,
    blobs,
    run: { outputFolder: join(folder, 'out') },
    signal: new AbortController().signal,
    log: { warn: (what: unknown) => warnings.push(what) },
    count: (metric: string, by?: number) => counts.push([metric, by]),
  } as unknown as Tools<'extract', ExtractKnobs, typeof extract.report & {}>;
  await extract.open?.(tools);
});
afterAll(async () => {
  await extract.close?.(tools);
  rmSync(folder, { recursive: true });
});

const files = [
  { path: 'README.md', text: '# héllo ✓\n' },
  { path: 'big.py', text: 'x = 1\n'.repeat(400) },
  { path: 'shop/a.py', text: 'class Añejo: pass\n' },
  { path: 'shop/b.py', text: 'from a import Añejo\n' },
];

async function record(): Promise<Parameters<typeof extract.handle>[0]> {
  const parts = files.map(({ text }) => Buffer.from(text));
  const content = await blobs.put(Buffer.concat(parts));
  let offset = 0;
  const admitted = files.map(({ path }, index) => {
    const bytes = parts[index]?.byteLength ?? 0;
    offset += bytes;
    return {
      path,
      offset: offset - bytes,
      bytes,
      sha256: sha256(parts[index] ?? ''),
      redactions: 0,
      redacted: {},
      marked: {},
    };
  });
  const repository: Repository = {
    name: 'shop',
    origin: 'shop',
    commit: null,
    licence: { expression: 'MIT', evidence: [] },
    content,
    files: admitted,
    skipped: [],
    hosted: null,
  };
  const body = { repository };
  return { topic: extract.reads, partition: 0, offset: 0, body } as StageRecord<
    typeof extract.reads
  >;
}

describe('extract', () => {
  it('emits the structure of the admitted bytes', async () => {
    const [outcome, ...others] = await extract.handle(await record(), tools);
    expect(others).toEqual([]);
    if (outcome?.kind !== 'emit' || outcome.topic !== 'repo-structure')
      throw new Error('no structure');
    const { body } = outcome;
    expect(bodyType('repo-structure').isValid(body)).toBe(true);
    expect(body.edges).toEqual([
      { from: 'shop/b.py', to: 'shop/a.py', kind: 'import', confidence: 1, names: ['Añejo'] },
    ]);
    expect(body.order).toEqual(['big.py', 'shop/a.py', 'shop/b.py', 'README.md']);
    expect(counts).toEqual([['files_parsed', 2]]);
  });

  it('says which file was too large, and keeps it in the structure', async () => {
    warnings.length = 0;
    const [outcome] = await extract.handle(await record(), tools);
    expect(warnings).toEqual([{ repository: 'shop', path: 'big.py', reason: 'parse-bytes' }]);
    if (outcome?.kind !== 'emit' || outcome.topic !== 'repo-structure')
      throw new Error('no structure');
    expect(outcome.body.files.find(({ path }) => path === 'big.py')).toMatchObject({
      language: 'python',
      parser: 'none',
      errorRatio: 1,
      lines: 400,
    });
  });

  it('belongs to the tools it was opened with: closing one leaves the others open', async () => {
    const others = { ...tools };
    await extract.open?.(others);
    const [first] = await extract.handle(await record(), others);
    await extract.close?.(others);
    expect(await extract.handle(await record(), tools)).toEqual([first]);
    await expect(extract.handle(await record(), others)).rejects.toThrow('was not opened');
  });

  it('fails on a blob that is not there', async () => {
    const missing = await record();
    const content = { sha256: '0'.repeat(64), bytes: 1 };
    const body = { repository: { ...missing.body.repository, content } };
    await expect(extract.handle({ ...missing, body }, tools)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    });
  });
});

describe('openExtractor', () => {
  it('parses no more files than allowed, in path order, and is indifferent to sequence', async () => {
    const extractor = openExtractor({ ...config, filesParsedMax: 1 });
    const signal = new AbortController().signal;
    const structure = await extractor.extract(files.slice(2), signal);
    expect(structure.shortfalls).toEqual([{ path: 'shop/b.py', reason: 'files-limited' }]);
    expect(await extractor.extract(files.slice(2).toReversed(), signal)).toEqual(structure);
    await extractor.close();
  });
});
