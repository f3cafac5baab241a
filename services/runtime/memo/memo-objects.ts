/**
 * The memo of a cluster: one object per answer, `ab/abcdef…`, safe for many processes on a shared
 * folder or bucket, where one SQLite file is not.
 */

import type { ObjectStore } from '../store/objects/object-store.ts';
import type { Memo } from './memo.ts';

export function openObjectMemo(objects: ObjectStore): Memo {
  const pathOf = (key: string) => `${key.slice(0, 2)}/${key}`;
  return {
    place: objects.place,
    get: async (key) => (await objects.read(pathOf(key)))?.toString('utf8') ?? null,
    // Of several answers the last one stays, as with `refresh`; it does not matter which.
    put: (key, value) => objects.replace(pathOf(key), Buffer.from(value, 'utf8')),
    close: async () => {},
  };
}
