/**
 * A tar archive in memory, given to tar-stream in small pieces: what a small archive unpacks to is
 * measured after each of them, and may stop the reading.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract } from 'tar-stream';

/** Bytes given to the decompressor, and taken from it, at once. */
const pieceBytes = 64 * 1024;

/** Sees all that is unpacked, and passes on what the reader may have. */
export type Meter = (unpacked: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/** Resolves when the reader has all that the meter lets pass. */
export async function feedTar(
  archive: Buffer,
  compressed: boolean,
  meter: Meter,
  reader: Extract,
): Promise<void> {
  const input = Readable.from(pieces(archive));
  // tar-stream uses streamx streams, which Node's pipeline accepts but its types do not.
  const output = reader as unknown as NodeJS.WritableStream;
  if (compressed) await pipeline(input, createGunzip({ chunkSize: pieceBytes }), meter, output);
  else await pipeline(input, meter, output);
}

function* pieces(archive: Buffer): Generator<Buffer> {
  for (let offset = 0; offset < archive.byteLength; offset += pieceBytes) {
    yield archive.subarray(offset, offset + pieceBytes);
  }
}
