/**
 * The content-addressed blob store behind the claim check. A blob is durable before the record
 * that names it is produced. A blob that is gone or refused is the trouble of its record; a store
 * that is gone is nobody's record's.
 */
import { Readable } from 'node:stream';
import type { BlobReference } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { openLocalObjects } from './objects/local.ts';
import type { ObjectStore } from './objects/object-store.ts';
import { type Landmark, readObject, requireStore, someLandmark } from './read-object.ts';

export interface BlobStore {
  /** Stores bytes; resolves when they are durable. Storing the same bytes again is free. */
  put(bytes: Uint8Array): Promise<BlobReference>;
  /** Whole blob, hash checked. BLOB_MISSING, BLOB_CORRUPT, BLOB_UNREADABLE. */
  get(reference: BlobReference): Promise<Buffer>;
  /** `length` bytes from `offset`; short only at the end of the blob. Not hash checked. */
  getRange(reference: BlobReference, offset: number, length: number): Promise<Buffer>;
  /** The blob as a stream, for archives. Not hash checked. */
  stream(reference: BlobReference): Readable;
}

/** Blobs as objects `ab/abcdef…`. Safe for several processes on one store. */
export function openBlobStore(objects: ObjectStore, landmark = someLandmark): BlobStore {
  const ask = <Result>(reference: BlobReference, read: (path: string) => Promise<Result | null>) =>
    existing(objects, reference, landmark, read);
  return {
    put: async (bytes) => {
      const reference = { sha256: sha256(bytes), bytes: bytes.byteLength };
      const path = blobPath(reference);
      // An object of this name holds the same bytes, because the name is their hash.
      if ((await objects.size(path)) === null) await objects.create(path, bytes);
      return reference;
    },
    get: async (reference) => {
      const bytes = await ask(reference, (path) => objects.read(path));
      if (sha256(bytes) === reference.sha256) return bytes;
      throw corrupt(objects, reference, 'does not match its hash');
    },
    getRange: async (reference, offset, length) => {
      // Callers ask for megabytes of a blob of a few bytes, and stores make room for it.
      const wanted = Math.max(0, Math.min(length, reference.bytes - offset));
      const bytes = await ask(reference, (path) => objects.readRange(path, offset, wanted));
      if (bytes.byteLength >= wanted) return bytes;
      throw corrupt(objects, reference, `ends before its ${reference.bytes} bytes`);
    },
    stream: (reference) =>
      Readable.from(
        (async function* pieces() {
          yield* await ask(reference, (path) => objects.stream(path));
        })(),
        { objectMode: false },
      ),
  };
}

export async function openLocalBlobStore(folder: string, landmark?: Landmark): Promise<BlobStore> {
  return openBlobStore(openLocalObjects(folder), landmark);
}

/** Path of a blob in its store. */
export function blobPath({ sha256: hash }: Pick<BlobReference, 'sha256'>): string {
  return `${hash.slice(0, 2)}/${hash}`;
}

/** BLOB_MISSING where the store is there and the blob is not; STORE_UNAVAILABLE otherwise. */
async function existing<Result>(
  objects: ObjectStore,
  reference: BlobReference,
  landmark: Landmark,
  read: (path: string) => Promise<Result | null>,
): Promise<Result> {
  const path = blobPath(reference);
  const result = await readObject(objects, path, landmark, read);
  if (result !== null) return result;
  await requireStore(objects, landmark);
  throw new PipelineError('BLOB_MISSING', `blob ${reference.sha256} is not in ${objects.place}`, {
    subject: `${objects.place}/${path}`,
  });
}

function corrupt({ place }: ObjectStore, reference: BlobReference, what: string): PipelineError {
  const subject = `${place}/${blobPath(reference)}`;
  return new PipelineError('BLOB_CORRUPT', `blob ${subject} ${what}; delete it and run again`, {
    subject,
  });
}
