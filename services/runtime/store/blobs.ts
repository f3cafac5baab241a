/**
 * The content-addressed blob store behind the claim check. A blob is durable before the record
 * that names it is produced.
 */
import { Readable } from 'node:stream';
import type { BlobReference } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { openLocalObjects } from './objects/local.ts';
import type { ObjectStore } from './objects/object-store.ts';

export interface BlobStore {
  /** Stores bytes; resolves when they are durable. Storing the same bytes again is free. */
  put(bytes: Uint8Array): Promise<BlobReference>;
  /** Whole blob, hash checked. BLOB_MISSING, BLOB_CORRUPT. */
  get(reference: BlobReference): Promise<Buffer>;
  /** `length` bytes from `offset`; short only at the end of the blob. Not hash checked. */
  getRange(reference: BlobReference, offset: number, length: number): Promise<Buffer>;
  /** The blob as a stream, for archives. Not hash checked. */
  stream(reference: BlobReference): Readable;
}

/** Blobs as objects `ab/abcdef…`. Safe for several processes on one store. */
export function openBlobStore(objects: ObjectStore): BlobStore {
  const whereIs = (path: string) => `${objects.place}/${path}`;
  const found = <Result>(result: Result | null, reference: BlobReference): Result => {
    if (result !== null) return result;
    throw new PipelineError('BLOB_MISSING', `blob ${reference.sha256} is not in the store`, {
      subject: whereIs(pathOf(reference)),
    });
  };
  return {
    put: async (bytes) => {
      const reference = { sha256: sha256(bytes), bytes: bytes.byteLength };
      const path = pathOf(reference);
      // An object of this name holds the same bytes, because the name is their hash.
      if ((await objects.size(path)) === null) await objects.create(path, bytes);
      return reference;
    },
    get: async (reference) => {
      const path = pathOf(reference);
      const bytes = found(await objects.read(path), reference);
      if (sha256(bytes) === reference.sha256) return bytes;
      throw new PipelineError(
        'BLOB_CORRUPT',
        `blob ${whereIs(path)} does not match its hash; delete it and run again`,
        { subject: whereIs(path) },
      );
    },
    getRange: async (reference, offset, length) =>
      found(await objects.readRange(pathOf(reference), offset, length), reference),
    stream: (reference) =>
      Readable.from(
        (async function* pieces() {
          yield* found(await objects.stream(pathOf(reference)), reference);
        })(),
        { objectMode: false },
      ),
  };
}

export async function openLocalBlobStore(folder: string): Promise<BlobStore> {
  return openBlobStore(openLocalObjects(folder));
}

function pathOf({ sha256: hash }: BlobReference): string {
  return `${hash.slice(0, 2)}/${hash}`;
}
