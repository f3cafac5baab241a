/**
 * What each process spent, kept in the object store. Redis holds the shared count, and is refilled
 * from here after it was flushed or replaced. A killed process loses its spending of the last
 * interval.
 */
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { ObjectStore } from '../store/objects/object-store.ts';

export interface Spent {
  readonly calls: number;
  readonly microDollars: number;
}

export interface Ledger {
  /** Spending of every process that ever spent, by process id. */
  readAll(): Promise<ReadonlyMap<string, Spent>>;
  /** Notes what this process spent so far; written at most once per interval. */
  note(spent: Spent): void;
  /** Writes the noted spending. */
  flush(): Promise<void>;
}

const folder = 'spending';
const intervalMs = 5_000;
const entry = z.object({ calls: z.int().min(0), microDollars: z.number().min(0) });

export function openLedger(store: ObjectStore, processId: string, clock: Clock): Ledger {
  let noted: Spent = { calls: 0, microDollars: 0 };
  let written = noted;
  let writtenMs = clock.nowMs();
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    if (noted === written) return;
    const current = noted;
    await store.replace(`${folder}/${processId}.json`, Buffer.from(JSON.stringify(current)));
    written = current;
  };
  const flush = () => {
    writtenMs = clock.nowMs();
    // A failed write is repaired by the next one, or by the last one at close.
    writing = writing.then(write, write);
    return writing;
  };
  return {
    readAll: async () => {
      const spent = new Map<string, Spent>();
      for (const name of await store.list(folder)) {
        const bytes = await store.read(`${folder}/${name}`);
        if (bytes === null || !name.endsWith('.json')) continue;
        spent.set(name.slice(0, -'.json'.length), entry.parse(JSON.parse(bytes.toString('utf8'))));
      }
      return spent;
    },
    note: (spent) => {
      noted = spent;
      if (clock.nowMs() - writtenMs >= intervalMs) flush().catch(() => {});
    },
    flush,
  };
}
