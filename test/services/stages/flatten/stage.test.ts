/** Flatten's wiring: from real bodies and blobs to one trajectory or one drop. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyType } from '../../../../schemas/avro.ts';
import type { FileThoughtBody, SearchReport } from '../../../../schemas/generated/types.ts';
import { createCodec } from '../../../../services/runtime/records/codec.ts';
import type { StageRecord, Tools } from '../../../../services/runtime/stage.ts';
import { type BlobStore, openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { type FlattenKnobs, flattenKnobs } from '../../../../services/stages/flatten/config.ts';
import { flatten } from '../../../../services/stages/flatten/stage.ts';
import {
  type SampleFile,
  sampleParts,
  sampleTeacher,
} from '../../../samples/inputs/file-thoughts.ts';
import { envelope, temporaryFolder } from '../../../samples/sink-harness.ts';

const folder = temporaryFolder();
let blobs: BlobStore;
let tools: Tools<'flatten', FlattenKnobs>;

beforeAll(async () => {
  blobs = await openLocalBlobStore(join(folder, 'blobs'));
  const { bodies } = createCodec(blobs);
  // Only the tools that the handler may use; any other is undefined and would fail.
  tools = { config: flattenKnobs.parse({}), blobs, bodies } as unknown as Tools<
    'flatten',
    FlattenKnobs
  >;
});
afterAll(() => rmSync(folder, { recursive: true }));

const files: SampleFile[] = [
  { path: 'b.ts', text: 'export const b = 1;\n' },
  { path: 'a.ts', text: "import './b.ts'\n", reads: [['b.ts', 0, 0]] },
];

async function complete(change: (part: FileThoughtBody, ordinal: number) => FileThoughtBody) {
  const parts = sampleParts('tiny', files);
  const content = await blobs.put(parts.content);
  const repository = { ...parts.structure.repository, content };
  const structure = await tools.bodies.save('repo-structure', { ...parts.structure, repository });
  const plan = await tools.bodies.save('repo-plan', { ...parts.plan, structure });
  const records = parts.thoughts.map(
    (part, ordinal): StageRecord<'file-thought'> => ({
      topic: 'file-thought',
      partition: 0,
      offset: ordinal,
      envelope: envelope(`part-${ordinal}`, 'r', 0),
      body: change({ ...part, structure, plan }, ordinal),
    }),
  );
  return flatten.complete(records, tools);
}

const search = (bitsAfter: number): SearchReport => ({
  scorer: { name: 'bytes', version: '1', model: null, languageModel: false },
  configuration: 'c',
  targetBytes: 20,
  bitsBefore: 100,
  bitsAfter,
  bitsNone: null,
  thoughtBytesBefore: 9,
  candidates: [
    {
      thought: 0,
      round: 0,
      ordinal: 0,
      outcome: 'accepted',
      bits: bitsAfter,
      textBytes: 8,
      text: null,
    },
    { thought: 0, round: 0, ordinal: 1, outcome: 'leak', bits: null, textBytes: 8, text: null },
  ],
});

describe('flatten', () => {
  it('emits a trajectory that fits its schema and names every file in writing order', async () => {
    const [outcome, ...others] = await complete((part) => part);
    expect(others).toEqual([]);
    if (outcome?.kind !== 'emit' || outcome.topic !== 'trajectory')
      throw new Error('no trajectory');
    const { body } = outcome;
    expect(bodyType('trajectory').isValid(body)).toBe(true);
    expect(body.files.map((file) => file.path)).toEqual(['b.ts', 'a.ts']);
    const document = await blobs.get(body.document);
    expect(body.segments.at(-1)?.end).toBe(document.byteLength);
    expect(body).toMatchObject({
      name: 'tiny',
      teacher: sampleTeacher,
      scorer: null,
      search: null,
    });
    expect(body.usage).toEqual({
      calls: 3,
      promptTokens: 30,
      completionTokens: 15,
      microDollars: 6,
      refused: {},
      finish: {},
    });
  });

  it('sums the search over all files', async () => {
    const [outcome] = await complete((part, ordinal) => ({
      ...part,
      search: search(90 - ordinal),
    }));
    if (outcome?.kind !== 'emit' || outcome.topic !== 'trajectory')
      throw new Error('no trajectory');
    expect(outcome.body.scorer?.name).toBe('bytes');
    expect(outcome.body.search).toEqual({
      targetBytes: 40,
      bitsBefore: 200,
      bitsAfter: 179,
      thoughtBytesBefore: 18,
      thoughtBytesAfter: 2 * 'I write a.ts now.'.length,
      outcomes: { accepted: 2, leak: 2 },
    });
  });

  it('drops the repository if a file failed, and names both', async () => {
    const outcomes = await complete((part, ordinal) =>
      ordinal === 1 ? { ...part, status: 'failed', reason: 'TEACHER_REFUSED', steps: [] } : part,
    );
    const subject = { name: 'tiny', origin: 'tiny' };
    const detail = 'a.ts: TEACHER_REFUSED';
    expect(outcomes).toEqual([{ kind: 'drop', reason: 'FILE_FAILED', detail, subject }]);
  });

  it('gives the body of a record as its part', () => {
    const body = sampleParts('tiny', files).thoughts[1] as FileThoughtBody;
    const record = { body } as StageRecord<'file-thought'>;
    expect(flatten.part(record)).toMatchObject({ ordinal: 1, of: 2 });
  });

  it('a missing content blob is a coded error', async () => {
    const parts = sampleParts('tiny', files);
    const structure = await tools.bodies.save('repo-structure', parts.structure);
    const plan = await tools.bodies.save('repo-plan', { ...parts.plan, structure });
    const records = parts.thoughts.map(
      (part) => ({ body: { ...part, structure, plan } }) as StageRecord<'file-thought'>,
    );
    await expect(flatten.complete(records, tools)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });
});
