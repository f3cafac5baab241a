/**
 * Keeps parsed facts on disk under the hash of everything they depend on. Bounded: the oldest
 * entries go first. Several processes may share the file. The cache only saves work: a damaged
 * entry or database is a miss that is counted, never a failure.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { sha256 } from '../../../runtime/ids.ts';
import {
  type GroupCommit,
  openGroupCommit,
  unsynced,
} from '../../../runtime/store/group-commit.ts';
import { makeFolder } from '../../../runtime/store/make-folder.ts';
import type { PackedOutcome } from '../facts/packed-facts.ts';

export interface FactCache {
  get(key: string): PackedOutcome | null;
  /** Writes some time later; no caller waits for it. */
  put(key: string, outcome: PackedOutcome): void;
  /** Entries and databases that could not be read, so far. */
  damaged(): number;
  close(): Promise<void>;
}

const fileName = 'parsed.db';
/** Writes between two checks of the size. */
const trimEvery = 256;
/** How long another process may hold the database. */
const busyMs = 5000;

/** `bytesMax` bounds the database file, except for the writes between two checks. */
export function openFactCache(folder: string, bytesMax: number): FactCache {
  let damaged = 0;
  const database = openDatabase(folder, () => {
    damaged += 1;
  });
  if (database === null) return absentCache(() => damaged);
  const writer = openGroupCommit(database, join(folder, fileName), unsynced);
  const read = database.prepare('SELECT hash, value FROM parsed WHERE key = ?');
  const write = database.prepare(
    'INSERT OR REPLACE INTO parsed (key, hash, value) VALUES (?, ?, ?)',
  );
  let written = 0;
  return {
    get(key) {
      try {
        const row = read.get(key) as { hash: string; value: Uint8Array } | undefined;
        if (row === undefined) return null;
        if (sha256(row.value) === row.hash) return deserialize(row.value) as PackedOutcome;
      } catch {
        // Counted below, with entries that do not match their hash.
      }
      damaged += 1;
      return null;
    },
    put(key, outcome) {
      const value = serialize(outcome);
      const store = () => {
        write.run(key, sha256(value), value);
        written += 1;
        if (written % trimEvery === 0) trim(database, bytesMax);
      };
      // A full disk or a lasting lock costs the next run some work and this run nothing.
      writer.write(store).catch(() => {});
    },
    damaged: () => damaged,
    close: () => closeAll(writer, database, bytesMax),
  };
}

/** Replaces a damaged database, once; null if that fails too, as on a read-only disk. */
function openDatabase(folder: string, onDamage: () => void): DatabaseSync | null {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    let database: DatabaseSync | null = null;
    try {
      makeFolder(folder);
      database = new DatabaseSync(join(folder, fileName), { timeout: busyMs });
      // Losing the last writes in a power cut is fine: they are only a cache.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
      database.exec(
        'CREATE TABLE IF NOT EXISTS parsed (number INTEGER PRIMARY KEY AUTOINCREMENT, ' +
          'key TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, value BLOB NOT NULL)',
      );
      return database;
    } catch (error) {
      database?.close();
      onDamage();
      if (!isDamage(error)) return null;
      for (const end of ['', '-wal', '-shm']) rmSync(join(folder, fileName + end), { force: true });
    }
  }
  return null;
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  return code === 11 || code === 26;
}

/** Drops the oldest eighth until the size fits; freed pages are used again. */
function trim(database: DatabaseSync, bytesMax: number): void {
  while (usedBytes(database) > bytesMax) {
    const { changes } = database
      .prepare(
        'DELETE FROM parsed WHERE number <= (SELECT MIN(number) + (MAX(number) - MIN(number)) / 8 FROM parsed)',
      )
      .run();
    if (changes === 0) return;
  }
}

function usedBytes(database: DatabaseSync): number {
  const number = (name: string) =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  return (number('page_count') - number('freelist_count')) * number('page_size');
}

async function closeAll(
  writer: GroupCommit,
  database: DatabaseSync,
  bytesMax: number,
): Promise<void> {
  await writer.close();
  try {
    trim(database, bytesMax);
  } catch {
    // Another process holds the database, and trims it.
  }
  database.close();
}

function absentCache(damaged: () => number): FactCache {
  return { get: () => null, put: () => {}, damaged, close: async () => {} };
}
