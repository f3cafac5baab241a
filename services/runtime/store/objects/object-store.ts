/**
 * Named objects with create-if-absent: what blobs, the memo, shards and the manifest need of a
 * storage, and all they may assume. A folder and an S3 bucket implement it, and
 * test/contract/object-store.ts holds both to it. An object is whole or absent under its name.
 */
import type { Readable } from 'node:stream';

export interface ObjectStore {
  /** The root as a person names it: a folder, or s3://bucket/prefix. */
  readonly place: string;
  /**
   * Durable when resolved. False when the name is taken; then nothing changed. After a lost answer
   * of a remote store false may also mean that this very call took the name.
   */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Replaces atomically; for objects that are derived. Durable when resolved. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is no such object. */
  read(path: string): Promise<Buffer | null>;
  /** `length` bytes from `offset`, fewer only at the end; null when there is no such object. */
  readRange(path: string, offset: number, length: number): Promise<Buffer | null>;
  /** The bytes in pieces; null when there is no such object. */
  stream(path: string): Promise<Readable | null>;
  /** Bytes; null when there is no such object. */
  size(path: string): Promise<number | null>;
  /** Names directly in a folder, in code-unit order; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Removing what is not there is no error. */
  remove(path: string): Promise<void>;
  /** Removes what killed writers left behind in a folder. */
  removeTemporary(folder: string): Promise<void>;
  /** What is wrong with the store and what to do, or null; for `doctor` and start-up. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
