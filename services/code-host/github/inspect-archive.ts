/**
 * Checks that a gzipped tar is whole: a server that fails midway ends its answer as if nothing had
 * happened.
 */
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

export interface Unpacked {
  /** False if the archive is cut off or damaged. */
  readonly isWhole: boolean;
  /** The commit that git wrote into the archive; null if there is none. */
  readonly commit: string | null;
}

/** Where git's own header with the commit stands. */
const headBytes = 4_096;

/** Unpacks up to so many bytes; what lies beyond is for `admit`, which refuses too large ones. */
export async function inspectArchive(archive: Buffer, unpackedMax: number): Promise<Unpacked> {
  let head = Buffer.alloc(0);
  let bytes = 0;
  const enough = new AbortController();
  const meter = new Writable({
    write: (chunk: Buffer, _encoding, next) => {
      bytes += chunk.byteLength;
      if (head.byteLength < headBytes) head = Buffer.concat([head, chunk.subarray(0, headBytes)]);
      if (bytes > unpackedMax) enough.abort();
      next();
    },
  });
  const { signal } = enough;
  try {
    await pipeline(Readable.from(pieces(archive)), createGunzip(), meter, { signal });
  } catch {
    // Cut off or damaged, unless the limit ended it.
    if (!signal.aborted) return { isWhole: false, commit: null };
  }
  const commit = /\bcomment=([0-9a-f]{40,64})\n/.exec(head.toString('latin1'))?.[1] ?? null;
  return { isWhole: true, commit };
}

const pieceBytes = 64 * 1024;

function* pieces(archive: Buffer): Generator<Buffer> {
  for (let at = 0; at < archive.byteLength; at += pieceBytes) {
    yield archive.subarray(at, at + pieceBytes);
  }
}
