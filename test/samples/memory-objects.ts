/** Objects in memory, with a count of the calls: for tests of how much is read. */
import { Readable } from 'node:stream';
import type {
  ObjectBytes,
  ObjectStore,
} from '../../services/runtime/store/objects/object-store.ts';

export function memoryObjects(): { store: ObjectStore; calls: Map<string, number> } {
  const objects = new Map<string, Buffer>();
  const calls = new Map<string, number>();
  const count = (name: string) => calls.set(name, (calls.get(name) ?? 0) + 1);
  const whole = (bytes: ObjectBytes) =>
    bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat([...bytes]);
  const store: ObjectStore = {
    place: 'memory',
    create: async (path, bytes) => {
      count('create');
      if (objects.has(path)) return false;
      objects.set(path, whole(bytes));
      return true;
    },
    replace: async (path, bytes) => {
      count('replace');
      objects.set(path, whole(bytes));
    },
    read: async (path) => {
      count('read');
      return objects.get(path) ?? null;
    },
    readRange: async (path, offset, length) => {
      count('readRange');
      return objects.get(path)?.subarray(offset, offset + length) ?? null;
    },
    stream: async (path) => {
      count('stream');
      const bytes = objects.get(path);
      return bytes === undefined ? null : Readable.from([bytes]);
    },
    size: async (path) => objects.get(path)?.byteLength ?? null,
    list: async (folder, prefix = '') => {
      count('list');
      const inside = [...objects.keys()].filter((path) => path.startsWith(`${folder}/${prefix}`));
      const names = inside.map((path) => path.slice(folder.length + 1).split('/', 1)[0] as string);
      return [...new Set(names)].sort();
    },
    remove: async (path) => void objects.delete(path),
    removeTemporary: async () => {},
    check: async () => null,
    look: async () => null,
    close: async () => {},
  };
  return { store, calls };
}
