/**
 * The blob store tells a blob that is gone, damaged or refused, which costs its record, from a
 * store that is gone, which costs none.
 */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobReference } from '../../../../schemas/generated/types.ts';
import { PipelineError } from '../../../../services/runtime/errors.ts';
import { type BlobStore, openBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';
import type { ObjectStore } from '../../../../services/runtime/store/objects/object-store.ts';

let folder: string;
let landmark: unknown;
let reference: BlobReference;
let path: string;

const open = (change: Partial<ObjectStore> = {}) =>
  openBlobStore({ ...openLocalObjects(folder), ...change }, async () => landmark);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstory-blobs-'));
  landmark = 'there';
  reference = await open().put(Buffer.from('some bytes'));
  path = join(folder, reference.sha256.slice(0, 2), reference.sha256);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const fails = (code: string) => {
  const error = Object.assign(new Error(code), { code, syscall: 'open' });
  return async () => {
    throw error;
  };
};
const refuses = async () => {
  throw new PipelineError('STORE_UNSUITABLE', 'AccessDenied (403)');
};

const troubles: [what: string, code: string, harm: () => Promise<unknown>][] = [
  ['is gone', 'BLOB_MISSING', () => rm(path)],
  ['is a folder', 'BLOB_UNREADABLE', () => rm(path).then(() => mkdir(path))],
];

describe.each(troubles)('a blob that %s', (_what, code, harm) => {
  const readings: [name: string, read: (blobs: BlobStore) => Promise<unknown>][] = [
    ['whole', (blobs) => blobs.get(reference)],
    ['in part', (blobs) => blobs.getRange(reference, 0, 4)],
  ];
  it.each(readings)('is a matter of its record, with its hash: read %s', async (_name, read) => {
    await harm();
    const message = expect.stringContaining(reference.sha256);
    await expect(read(open())).rejects.toMatchObject({ code, disposition: 'reject', message });
  });

  it.each(readings)('costs no record where the store is gone: read %s', async (_name, read) => {
    await harm();
    landmark = null;
    await expect(read(open())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      disposition: 'fatal',
      subject: folder,
    });
  });
});

it('a stream of a blob that is gone fails with its hash', async () => {
  await rm(path);
  await expect(text(open().stream(reference))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
});

it.each([
  ['EACCES', fails('EACCES'), 'BLOB_UNREADABLE'],
  ['EIO', fails('EIO'), 'BLOB_UNREADABLE'],
  ['a bucket that denies one key', refuses, 'BLOB_UNREADABLE'],
  ['too many open files', fails('EMFILE'), 'STORE_UNAVAILABLE'],
  ['a stale mount', fails('ESTALE'), 'STORE_UNAVAILABLE'],
])('%s: %s', async (_what, read, code) => {
  await expect(open({ read }).get(reference)).rejects.toMatchObject({ code });
});

it('a bucket that denies everything is fatal, not a matter of each record', async () => {
  const blobs = openBlobStore({ ...openLocalObjects(folder), read: refuses }, refuses);
  await expect(blobs.get(reference)).rejects.toMatchObject({ code: 'STORE_UNSUITABLE' });
});

it('bytes that do not match their hash, or end too soon, are BLOB_CORRUPT', async () => {
  await writeFile(path, 'same bytes');
  await expect(open().get(reference)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
  await truncate(path, 5);
  expect(String(await open().getRange(reference, 0, 5))).toBe('same ');
  await expect(open().getRange(reference, 2, 8)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
});

describe('a range of a blob', () => {
  it('is asked for only as far as the blob goes', async () => {
    const asked: number[] = [];
    const { readRange } = openLocalObjects(folder);
    const blobs = open({
      readRange: (at, offset, length) => {
        asked.push(length);
        return readRange(at, offset, length);
      },
    });
    expect(String(await blobs.getRange(reference, 5, 8 * 1024 * 1024))).toBe('bytes');
    expect(asked).toEqual([5]);
  });
});
