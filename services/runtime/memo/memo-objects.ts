/**
 * The memo of a cluster: one object per answer, `ab/abcdef…`, safe for many processes on a shared
 * folder or bucket, where one SQLite file is not.
 */
import type { ObjectStore } from '../store/objects/object-store.ts';
import { type Landmark, readObject, someLandmark } from '../store/read-object.ts';
import type { Memo } from './memo.ts';

export function openObjectMemo(objects: ObjectStore, landmark: Landmark = someLandmark): Memo {
  const pathOf = (key: string) => `${key.slice(0, 2)}/${key}`;
  return {
    place: objects.place,
    get: async (key) => {
      const bytes = await readObject(objects, pathOf(key), landmark, (path) => objects.read(path));
      return bytes?.toString('utf8') ?? null;
    },
    // Of several answers the last one stays, as with `refresh`; it does not matter which.
    put: (key, value) => objects.replace(pathOf(key), Buffer.from(value, 'utf8')),
    close: async () => {},
  };
}
