/** Records to bytes and back, and the claim check above 32 KiB. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Envelope, TopicBodies } from '../../../../schemas/generated/types.ts';
import { createCodec, inlineBytesMax } from '../../../../services/runtime/records/codec.ts';
import { type BlobStore, openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';

const envelope: Envelope = {
  id: 'id',
  parentId: 'parent',
  repositoryId: 'repository',
  dataset: 'default',
  stage: 'plan',
  stageVersion: 1,
  seed: 0,
  eventTimeMs: 0,
  sourceSequence: 3,
  attempt: 0,
};

function planBody(textLength: number): TopicBodies['repo-plan'] {
  return {
    structure: { sha256: 'a'.repeat(64), bytes: 1 },
    requirements: 'r'.repeat(textLength),
    architecture: '',
    files: [],
    teacher: { name: 'grounded', version: '1', model: null, languageModel: false },
    usage: {
      calls: 0,
      promptTokens: 0,
      completionTokens: 0,
      microDollars: 0,
      refused: {},
      finish: {},
    },
    modules: [],
    lacks: [],
  };
}

describe('codec', () => {
  let folder: string;
  let blobs: BlobStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstory-codec-'));
    blobs = await openLocalBlobStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const blobCount = async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())
      .length;

  it.each([100, inlineBytesMax + 1])(
    'decodes a body of %i bytes as it was encoded',
    async (length) => {
      const codec = createCodec(blobs);
      const value = await codec.encode('repo-plan', envelope, planBody(length));
      expect(await createCodec(blobs).decode('repo-plan', value)).toEqual({
        envelope,
        body: planBody(length),
      });
      expect(await codec.decodeEnvelope('repo-plan', value)).toEqual(envelope);
      const large = length > inlineBytesMax;
      expect(await blobCount()).toBe(large ? 1 : 0);
      expect(value.byteLength).toBeLessThan(inlineBytesMax + 1000);
    },
  );

  it('names the problem of bytes that are no record', async () => {
    const codec = createCodec(blobs);
    await expect(codec.decode('repo-plan', Buffer.from('nonsense'))).rejects.toMatchObject({
      code: 'RECORD_INVALID',
      subject: 'repo-plan',
    });
  });

  it('says which blob is missing or corrupt', async () => {
    const codec = createCodec(blobs);
    const reference = await codec.bodies.save('repo-plan', planBody(10));
    const path = join(folder, reference.sha256.slice(0, 2), reference.sha256);
    await writeFile(path, 'tampered');
    await expect(createCodec(blobs).bodies.load('repo-plan', reference)).rejects.toMatchObject({
      code: 'BLOB_CORRUPT',
      subject: path,
    });
    await rm(path);
    await expect(createCodec(blobs).bodies.load('repo-plan', reference)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    });
  });

  it('refuses a body that does not match its schema, as a bug', async () => {
    const wrong = { ...planBody(1), requirements: 5 } as unknown as TopicBodies['repo-plan'];
    await expect(createCodec(blobs).encode('repo-plan', envelope, wrong)).rejects.toThrow(
      /requirements/,
    );
  });
});
