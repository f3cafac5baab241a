/**
 * What each process spent, kept in the object store. Redis holds the shared count, and is refilled
 * from here after it was flushed or replaced. A call is written down before it is made, with all
 * that it may cost, so that the count of a killed process is too high by its last calls at most,
 * and never too low.
 */
import { z } from 'zod';
import type { ObjectStore } from '../store/objects/object-store.ts';

export interface Spent {
  readonly calls: number;
  /** With what calls under way may cost. */
  readonly microDollars: number;
}

export interface Ledger {
  /** Spending of every process that ever spent, by process id. */
  readAll(): Promise<ReadonlyMap<string, Spent>>;
  /** Notes what this process spent so far; durable with the next write. */
  note(spent: Spent): void;
  /** Durable when resolved. */
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
      // All that is noted while one write is under way goes into the next one.
      next ??= writing.then(write, write);
      writing = next;
      return next;
    },
  };
}
