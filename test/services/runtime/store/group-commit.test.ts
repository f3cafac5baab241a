/** A write is durable when it resolves, and writes share a sync with those that come meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  openGroupCommit,
  type Syncing,
  syncingOf,
  unsynced,
} from '../../../../services/runtime/store/group-commit.ts';

let folder: string;
let database: DatabaseSync;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-group-commit-'));
  database = new DatabaseSync(join(folder, 'test.db'));
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE numbers (n INTEGER NOT NULL)');
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (syncing: Syncing) => {
  const writer = openGroupCommit(database, 'the test', syncing);
  const insert = database.prepare('INSERT INTO numbers VALUES (?)');
  return { ...writer, add: (n: number) => writer.write(() => void insert.run(n)) };
};

const numbers = () =>
  database
    .prepare('SELECT n FROM numbers')
    .all()
    .map((row) => row.n);

/** Syncs that end when the test says so, one after the other. */
function held() {
  const ends: ((error?: Error) => void)[] = [];
  const sync = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  return { ends, syncing: { ...unsynced, sync } };
}

test('a write resolves when it is synced, and what comes meanwhile shares the next sync', async () => {
  const { ends, syncing } = held();
  const { add } = open(syncing);
  const resolved: number[] = [];
  const start = (n: number) => add(n).then(() => resolved.push(n));
  const first = [start(1), start(2)];
  await expect.poll(() => ends.length).toBe(1);
  const later = [start(3), start(4), start(5)];
  await setImmediate();
  expect([numbers(), resolved]).toEqual([[1, 2], []]);
  ends[0]?.();
  await Promise.all(first);
  expect(resolved).toEqual([1, 2]);
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  await Promise.all(later);
  expect([ends.length, resolved]).toEqual([2, [1, 2, 3, 4, 5]]);
});

test('a task that fails takes its batch with it, and no other', async () => {
  const writer = open(unsynced);
  await writer.add(1);
  const broken = [writer.add(2), writer.write(() => database.exec('INSERT INTO nothing'))];
  for (const { status } of await Promise.allSettled(broken)) expect(status).toBe('rejected');
  await writer.add(3);
  expect(numbers()).toEqual([1, 3]);
});

test('after a sync that failed nothing is taken for durable any more', async () => {
  const { ends, syncing } = held();
  const { add } = open(syncing);
  const first = add(1);
  await expect.poll(() => ends.length).toBe(1);
  const second = add(2);
  ends[0]?.(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'fdatasync' }));
  await expect(first).rejects.toMatchObject({ code: 'DISK_FULL' });
  await expect(second).rejects.toMatchObject({ code: 'DISK_FULL' });
  await expect(add(3)).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect([ends.length, numbers()]).toEqual([1, [1]]);
});

test('closing writes what waits, and refuses what comes later', async () => {
  const writer = open(syncingOf(database, join(folder, 'test.db')));
  const waiting = writer.add(1);
  await writer.close();
  await waiting;
  expect(numbers()).toEqual([1]);
  await expect(writer.add(2)).rejects.toThrow('the test is closed');
});
