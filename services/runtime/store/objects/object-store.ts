/**
 * Named objects with create-if-absent: all that blobs, the memo, shards and the manifest need of a
 * storage, and all they may assume. A folder and an S3 bucket implement it, and
 * test/contract/object-store.ts holds both to it. An object is whole or absent.
 */
import type { Readable } from 'node:stream';

/** Whole, or in parts, which may be read several times. */
export type ObjectBytes = Uint8Array | Iterable<Uint8Array>;

export interface Leftovers {
  /** They are at least so old; 0 by default. */
  readonly ageMs?: number;
  /** Also those of the folders below, as by default. */
  readonly below?: boolean;
}

/** No write takes so long; what is older was left by a killed process. */
export const abandonedMs = 3_600_000;

export interface ObjectStore {
  /** The root as a person names it: a folder, or s3://bucket/prefix. */
  readonly place: string;
  /**
   * Durable when resolved. False when the name is taken; then nothing changed. If a remote store's
   * answer was lost, false may also mean that this very call took the name.
   */
  create(path: string, bytes: ObjectBytes): Promise<boolean>;
  /** Replaces atomically; for derived objects. Durable when resolved. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is no such object. */
  read(path: string): Promise<Buffer | null>;
  /** `length` bytes from `offset`, fewer only at the end; null when there is no such object. */
  readRange(path: string, offset: number, length: number): Promise<Buffer | null>;
  /** The bytes in pieces; null when there is no such object. */
  stream(path: string): Promise<Readable | null>;
  /** Size in bytes; null when there is no such object. */
  size(path: string): Promise<number | null>;
  /**
   * Names directly in a folder that begin with a prefix, in code-unit order; empty when there is no
   * such folder. A remote store is asked for no others.
   */
  list(folder: string, prefix?: string): Promise<string[]>;
  /** Removes an object; a missing object is no error. */
  remove(path: string): Promise<void>;
  /**
   * Removes the temporary files that killed writers left behind in a folder. A living writer whose
   * file goes writes it again.
   */
  removeTemporary(folder: string, which?: Leftovers): Promise<void>;
  /** The problem with the store and its remedy, or null. Creates the place, and a probe in it. */
  check(): Promise<string | null>;
  /** The same as far as it shows without creating anything; a place to be is no problem. */
  look(): Promise<string | null>;
  close(): Promise<void>;
}
