/** What every object store must do; run against a folder and against a real S3 server. */
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../services/runtime/store/objects/object-store.ts';

const text = (value: string) => Buffer.from(value);

/** `open` returns a new handle on the same place, as another process would have. */
export function objectStoreContract(
  name: string,
  prepare: () => Promise<{ open: () => ObjectStore; remove: () => Promise<void> }>,
): void {
  describe(`${name} as an object store`, () => {
    let place: Awaited<ReturnType<typeof prepare>>;
    let store: ObjectStore;
    beforeAll(async () => {
      place = await prepare();
      store = place.open();
    }, 180_000);
    afterAll(async () => {
      await store?.close();
      await place?.remove();
    });

    test('creates a name once and keeps the first bytes', async () => {
      expect(await store.create('once/a.json', text('first'))).toBe(true);
      expect(await store.create('once/a.json', text('second'))).toBe(false);
      expect((await store.read('once/a.json'))?.toString()).toBe('first');
    });

    test('lets exactly one of many writers win a name, and keeps its bytes (I5)', async () => {
      const handles = Array.from({ length: 4 }, () => place.open());
      for (let round = 0; round < 20; round += 1) {
        const path = `race/${round}.json`;
        const attempts = Array.from({ length: 8 }, (_, writer) =>
          (handles[writer % handles.length] as ObjectStore).create(path, text(`writer ${writer}`)),
        );
        const won = (await Promise.all(attempts)).flatMap((win, writer) => (win ? [writer] : []));
        expect(won).toHaveLength(1);
        expect((await store.read(path))?.toString()).toBe(`writer ${won[0]}`);
      }
      await Promise.all(handles.map((handle) => handle.close()));
    });

    test('replaces an existing object and creates a missing one', async () => {
      await store.replace('derived/index.json', text('one'));
      await store.replace('derived/index.json', text('two'));
      expect((await store.read('derived/index.json'))?.toString()).toBe('two');
    });

    test('returns null for missing objects and an empty list for a missing folder', async () => {
      expect(await store.read('absent/a')).toBeNull();
      expect(await store.readRange('absent/a', 0, 10)).toBeNull();
      expect(await store.stream('absent/a')).toBeNull();
      expect(await store.size('absent/a')).toBeNull();
      expect(await store.list('absent')).toEqual([]);
    });

    test('reads whole, in ranges and as a stream, also when empty or large', async () => {
      const large = Buffer.alloc(20 * 1024 * 1024, 'bytes of a large object, ');
      await store.create('bytes/large', large);
      await store.create('bytes/empty', Buffer.alloc(0));
      expect(await store.size('bytes/large')).toBe(large.byteLength);
      expect((await store.read('bytes/large'))?.equals(large)).toBe(true);
      const middle = await store.readRange('bytes/large', 9_000_000, 1_000);
      expect(middle?.equals(large.subarray(9_000_000, 9_001_000))).toBe(true);
      const end = await store.readRange('bytes/large', large.byteLength - 10, 1_000);
      expect(end?.equals(large.subarray(-10))).toBe(true);
      expect(await store.readRange('bytes/large', large.byteLength, 10)).toHaveLength(0);
      const stream = await store.stream('bytes/large');
      expect(stream === null ? null : (await buffer(stream)).equals(large)).toBe(true);
      expect(await store.size('bytes/empty')).toBe(0);
      expect(await store.read('bytes/empty')).toHaveLength(0);
      const nothing = await store.stream('bytes/empty');
      expect(nothing === null ? null : await buffer(nothing)).toHaveLength(0);
    }, 60_000);

    test('creates an object from parts, as from whole bytes', async () => {
      const parts = {
        *[Symbol.iterator]() {
          for (let part = 0; part < 300; part += 1) yield text(`part ${part},`);
        },
      };
      const whole = Buffer.concat([...parts]);
      expect(await store.create('parts/a', parts)).toBe(true);
      expect((await store.read('parts/a'))?.equals(whole)).toBe(true);
      expect(await store.create('parts/a', parts)).toBe(false);
      expect(await store.create('parts/none', [])).toBe(true);
      expect(await store.read('parts/none')).toHaveLength(0);
    });

    test('lists the names of one folder in order, however many there are', async () => {
      const names = Array.from({ length: 1_050 }, (_, at) => String(at).padStart(8, '0'));
      for (let from = 0; from < names.length; from += 50) {
        const batch = names.slice(from, from + 50);
        await Promise.all(batch.map((name) => store.replace(`many/${name}`, text(name))));
      }
      await store.create('many/below/x', text('x'));
      expect(await store.list('many')).toEqual([...names, 'below']);
      expect(await store.list('man')).toEqual([]);
      expect(await store.list('many', '000001')).toEqual(names.slice(100, 200));
      expect(await store.list('many', 'be')).toEqual(['below']);
      expect(await store.list('many', 'x')).toEqual([]);
    }, 120_000);

    test('removes an object; removing it again is no error', async () => {
      await store.create('gone/a', text('a'));
      await store.remove('gone/a');
      await store.remove('gone/a');
      expect(await store.read('gone/a')).toBeNull();
      expect(await store.list('gone')).toEqual([]);
    });

    test('check finds no problem', async () => {
      expect(await store.check()).toBeNull();
    });
  });
}
