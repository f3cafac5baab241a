/** A folder under the object store contract, and errors that only a folder can have. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newTemporaryName, openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { objectStoreContract } from './object-store.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'backstory-objects-'));

objectStoreContract('a folder', async () => {
  const folder = temporary();
  return {
    open: () => openLocalObjects(folder),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});

test('a writer that dies before it publishes leaves nothing under the name', async () => {
  const folder = temporary();
  const dying = openLocalObjects(folder, (step) => {
    if (step === 'temporary-written') throw new Error('death');
  });
  await expect(dying.create('a/b', Buffer.from('x'))).rejects.toThrow('death');
  const store = openLocalObjects(folder);
  expect(await store.read('a/b')).toBeNull();
  expect(await store.list('a')).toEqual([]);
  await store.removeTemporary('a');
  expect(readdirSync(join(folder, 'a'))).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a writer whose temporary file another writer removed writes it again', async () => {
  const folder = temporary();
  const other = openLocalObjects(folder);
  let sweeps = 0;
  const store = openLocalObjects(folder, (step) => {
    if (step !== 'temporary-written' || sweeps === 3) return;
    sweeps += 1;
    for (const name of readdirSync(join(folder, 'a'))) rmSync(join(folder, 'a', name));
  });
  expect(await store.create('a/b', Buffer.from('x'))).toBe(true);
  expect((await other.read('a/b'))?.toString()).toBe('x');
  rmSync(folder, { recursive: true });
});

test('removes old temporary files in all folders below, and leaves young ones and strange ones', async () => {
  const folder = temporary();
  const store = openLocalObjects(folder);
  await store.create('ab/abc', Buffer.from('x'));
  const [old, young, strange] = [newTemporaryName(), newTemporaryName(), '.temporary-notes.txt'];
  for (const name of [old, young, strange]) writeFileSync(join(folder, 'ab', name), '');
  for (const name of [old, strange]) utimesSync(join(folder, 'ab', name), 0, 0);
  await store.removeTemporary('', { ageMs: 60_000 });
  expect(readdirSync(join(folder, 'ab')).sort()).toEqual([young, strange, 'abc'].sort());
  await store.removeTemporary('', { below: false });
  expect(readdirSync(join(folder, 'ab')).sort()).toEqual([young, strange, 'abc'].sort());
  await store.removeTemporary('');
  expect(readdirSync(join(folder, 'ab')).sort()).toEqual([strange, 'abc']);
  rmSync(folder, { recursive: true });
});

test('a write whose temporary file another host of a network file system took is made again', async () => {
  const folder = temporary();
  let steps = 0;
  const store = openLocalObjects(folder, (step) => {
    steps += 1;
    // As NFS says it.
    if (step === 'temporary-written' && steps === 1)
      throw Object.assign(new Error('stale file handle'), { code: 'ESTALE' });
  });
  expect(await store.create('a', Buffer.from('x'))).toBe(true);
  expect(readdirSync(folder)).toEqual(['a']);
  rmSync(folder, { recursive: true });
});

test('a write that the system refuses leaves no temporary file', async () => {
  const folder = temporary();
  mkdirSync(join(folder, 'a/taken'), { recursive: true });
  const store = openLocalObjects(folder);
  await expect(store.replace('a/taken', Buffer.from('x'))).rejects.toThrow('EISDIR');
  expect(readdirSync(join(folder, 'a'))).toEqual(['taken']);
  rmSync(folder, { recursive: true });
});

test('reports a place where it cannot write', async () => {
  const folder = temporary();
  writeFileSync(join(folder, 'file'), 'not a folder');
  expect(await openLocalObjects(join(folder, 'file')).check()).toMatch(/cannot write to .*file/);
  rmSync(folder, { recursive: true });
});
