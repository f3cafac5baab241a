/**
 * Sets of sample ids as sorted files, so that a writer asks whether it has packed a sample without
 * having all ids in memory. An id stands there as the first 16 bytes of its SHA-256. These are
 * spread evenly, so a place is found from the value: one read, seldom two, whatever the size.
 */
import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';

/** Bytes of one id in a file. */
export const keyBytes = 16;

export function keyOf(id: string): Buffer {
  return createHash('sha256').update(id).digest().subarray(0, keyBytes);
}

/** The file of these ids and of the ids in other such files. */
export function sampleFile(ids: readonly string[], merged: readonly Buffer[]): Buffer {
  const keys = [...ids.map(keyOf), ...merged.flatMap(keysIn)];
  return Buffer.concat(keys.sort(Buffer.compare));
}

function keysIn(file: Buffer): Buffer[] {
  return Array.from({ length: file.byteLength / keyBytes }, (_, at) => keyAt(file, at));
}

function keyAt(keys: Buffer, at: number): Buffer {
  return keys.subarray(at * keyBytes, (at + 1) * keyBytes);
}

/** Whether a file of so many ids holds a key; null if the file is not there. */
export async function holdsKey(
  store: ObjectStore,
  path: string,
  count: number,
  key: Buffer,
): Promise<boolean | null> {
  const share = key.readUIntBE(0, 6) / 2 ** 48;
  // Four standard deviations of where a key lies among so many that are spread evenly.
  const width = 64 + Math.ceil(4 * Math.sqrt(count));
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.min(Math.max(Math.floor(share * count), low), high - 1);
    const [from, to] = [Math.max(low, middle - width), Math.min(high, middle + width + 1)];
    const keys = await store.readRange(path, from * keyBytes, (to - from) * keyBytes);
    if (keys === null || keys.byteLength < (to - from) * keyBytes) return null;
    if (Buffer.compare(key, keyAt(keys, 0)) < 0) high = from;
    else if (Buffer.compare(key, keyAt(keys, to - from - 1)) > 0) low = to;
    else return isIn(keys, key);
  }
  return false;
}

function isIn(keys: Buffer, key: Buffer): boolean {
  let [low, high] = [0, keys.byteLength / keyBytes];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(key, keyAt(keys, middle));
    if (order === 0) return true;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}
