/**
 * The spending of each process, kept in the object store. Redis holds the shared count, and is
 * refilled from this ledger after it was flushed or replaced. A call is recorded before it is made,
 * with the most that it may cost. So the count of a killed process is too high by its last calls at
 * most, and never too low.
 */
import { z } from 'zod';
import type { ObjectStore } from '../store/objects/object-store.ts';

export interface Spent {
  readonly calls: number;
  /** Includes the possible cost of running calls. */
  readonly microDollars: number;
}

export interface Ledger {
  /** Returns the spending of every process that ever spent, by process id. */
  readAll(): Promise<ReadonlyMap<string, Spent>>;
  /** Notes this process's spending so far; the next `flush` makes it durable. */
  note(spent: Spent): void;
  /** Writes the noted spending; it is durable when the promise resolves. */
  flush(): Promise<void>;
}

const folder = 'spending';
const entry = z.object({ calls: z.int().min(0), microDollars: z.number().min(0) });

export function openLedger(store: ObjectStore, processId: string): Ledger {
  let noted: Spent = { calls: 0, microDollars: 0 };
  let written = noted;
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  const write = async () => {
    next = null;
    if (noted === written) return;
    const current = noted;
    await store.replace(`${folder}/${processId}.json`, Buffer.from(JSON.stringify(current)));
    written = current;
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
    },
    flush: () => {
      // Spending that is noted during one write goes into the next write.
      next ??= writing.then(write, write);
      writing = next;
      return next;
    },
  };
}
