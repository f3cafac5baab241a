/**
 * The content-addressed blob store behind the claim check. A blob is durable before the record
 * that names it is produced: write to a temporary file, fsync, rename, fsync the folder.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BlobReference } from '../../schemas/generated/types.ts';
import { asPipelineError, PipelineError } from './errors.ts';
import { sha256 } from './ids.ts';

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

/** Blobs as files `FOLDER/ab/abcdef…`. Safe for several processes on one folder. */
export async function openLocalBlobStore(folder: string): Promise<BlobStore> {
  await mkdir(folder, { recursive: true });
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash);
  return {
    put: (bytes) => putLocal(folder, pathOf, bytes),
    get: (reference) => getLocal(pathOf(reference.sha256), reference),
    getRange: async (reference, offset, length) => {
      const file = await openBlob(pathOf(reference.sha256), reference);
      try {
        const buffer = Buffer.alloc(length);
        const { bytesRead } = await file.read(buffer, 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    stream: (reference) => createReadStream(pathOf(reference.sha256)),
  };
}

async function putLocal(
  folder: string,
  pathOf: (hash: string) => string,
  bytes: Uint8Array,
): Promise<BlobReference> {
  const hash = sha256(bytes);
  const reference = { sha256: hash, bytes: bytes.byteLength };
  const path = pathOf(hash);
  if (await exists(path)) return reference;
  const directory = join(folder, hash.slice(0, 2));
  const temporary = join(directory, `.${hash}.${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(directory);
  } catch (error) {
    await rm(temporary, { force: true });
    throw asPipelineError(error, path);
  }
  return reference;
}

async function getLocal(path: string, reference: BlobReference): Promise<Buffer> {
  const file = await openBlob(path, reference);
  await file.close();
  const bytes = await readFile(path);
  if (sha256(bytes) !== reference.sha256) {
    throw new PipelineError(
      'BLOB_CORRUPT',
      `blob ${path} does not match its hash; delete it and run again`,
      {
        subject: path,
      },
    );
  }
  return bytes;
}

async function openBlob(path: string, reference: BlobReference) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new PipelineError('BLOB_MISSING', `blob ${reference.sha256} is not in the store`, {
      subject: path,
      cause: error,
    });
  }
}

/** Makes a rename durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Absent, or unreadable: writing it will tell which.
    return false;
  }
}
