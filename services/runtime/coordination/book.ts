/**
 * The book of what calls cost, in all and by scope (a day, a repository). A call is entered with
 * the most that it may cost before it is made, and with what it cost when it ends. Entries that
 * never ended are those of a killed process, and count in full.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asPipelineError } from '../errors.ts';
import { openGroupCommit, syncingOf } from '../store/group-commit.ts';
import { makeFolder } from '../store/make-folder.ts';

/** In millionths of a dollar. */
export interface Spent {
  readonly calls: number;
  readonly spent: number;
  /** Set aside for calls under way. */
  readonly held: number;
}

export interface Entry {
  /** Resolves when a kill would not lose it. */
  durable(): Promise<void>;
  end(microDollars: number): void;
  /** The call is not made. */
  cancel(): void;
}

/** The scope of all calls. */
export const wholeRun = 'run';

export interface Book {
  of(scope: string): Spent;
  /** Enters a call under these scopes and under the whole run. */
  begin(scopes: readonly string[], microDollars: number): Entry;
  close(): Promise<void>;
}

/** Where entries go; a book without a place keeps nothing. */
interface Place {
  begin(id: number, scopes: readonly string[], microDollars: number): Promise<void>;
  end(id: number, scopes: readonly string[], microDollars: number | null): Promise<void>;
  close(): Promise<void>;
}

const nowhere: Place = { begin: async () => {}, end: async () => {}, close: async () => {} };

export function openMemoryBook(): Book {
  return openBook(new Map(), nowhere);
}

type Totals = Map<string, { calls: number; spent: number; held: number }>;

function openBook(totals: Totals, place: Place): Book {
  let nextId = 1;
  const totalOf = (scope: string) => totals.get(scope) ?? { calls: 0, spent: 0, held: 0 };
  const of = (scope: string) => {
    const total = totalOf(scope);
    totals.set(scope, total);
    return total;
  };
  return {
    of: totalOf,
    begin: (named, reserved) => {
      const id = nextId;
      nextId += 1;
      const scopes = [wholeRun, ...named];
      for (const each of scopes.map(of)) {
        each.calls += 1;
        each.held += reserved;
      }
      let begun: Promise<void> | null = null;
      const finish = (cost: number | null) => {
        for (const each of scopes.map(of)) {
          each.held -= reserved;
          if (cost === null) each.calls -= 1;
          else each.spent += cost;
        }
        // Were it lost, the entry would stay with the most that the call may have cost.
        if (begun !== null) place.end(id, scopes, cost).catch(() => {});
      };
      return {
        durable: () => {
          begun ??= place.begin(id, scopes, reserved);
          return begun;
        },
        end: finish,
        cancel: () => finish(null),
      };
    },
    close: () => place.close(),
  };
}

const tables = `
CREATE TABLE IF NOT EXISTS spent (scope TEXT PRIMARY KEY, calls INTEGER NOT NULL, microDollars INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS open (id INTEGER NOT NULL, scope TEXT NOT NULL, microDollars INTEGER NOT NULL, PRIMARY KEY (id, scope)) WITHOUT ROWID;
`;

const added = `ON CONFLICT (scope) DO UPDATE
SET calls = calls + excluded.calls, microDollars = microDollars + excluded.microDollars`;

/** The book of a run, in its folder. Only the process that holds the run's lock opens it. */
export function openBookFile(folder: string): Book {
  const path = join(folder, 'spending.db');
  try {
    makeFolder(folder);
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(tables);
    return openFile(database, path);
  } catch (error) {
    throw asPipelineError(error, path);
  }
}

function openFile(database: DatabaseSync, path: string): Book {
  const add = database.prepare(`INSERT INTO spent VALUES (?, ?, ?) ${added}`);
  // What a killed process had under way may have been billed.
  database.exec(`INSERT INTO spent SELECT scope, count(*), sum(microDollars) FROM open WHERE true GROUP BY scope
${added};
DELETE FROM open;`);
  const rows = database.prepare('SELECT scope, calls, microDollars FROM spent').all();
  const totals: Totals = new Map(
    (rows as { scope: string; calls: number; microDollars: number }[]).map((row) => [
      row.scope,
      { calls: row.calls, spent: row.microDollars, held: 0 },
    ]),
  );
  const writer = openGroupCommit(database, 'the book of spending', syncingOf(database, path));
  const insert = database.prepare('INSERT INTO open VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM open WHERE id = ?');
  const place: Place = {
    begin: (id, scopes, microDollars) =>
      writer.write(() => {
        for (const scope of scopes) insert.run(id, scope, microDollars);
      }),
    end: (id, scopes, microDollars) =>
      writer.write(() => {
        remove.run(id);
        if (microDollars !== null) for (const scope of scopes) add.run(scope, 1, microDollars);
      }),
    close: async () => {
      await writer.close();
      database.close();
    },
  };
  return openBook(totals, place);
}
