/**
 * The catalogue of an output: its samples as columns, the shards that hold them, and sums of both.
 * It is filled shard by shard. Pure.
 */
import type { ManifestShard } from '../../../schemas/manifest.ts';
import type { Totals } from '../api.ts';
import { type Columns, createColumns } from './columns.ts';
import { createFinder, type Finder } from './query.ts';
import type { LanguageCount, ShardRows } from './rows.ts';
import { type TotalsHead, totalsOf } from './totals.ts';

export interface Catalogue {
  readonly columns: Columns;
  readonly finder: Finder;
  readonly shardsRead: number;
  /** Shards of a row's sample, to read its pieces without looking through all. */
  shardsOf(id: string): readonly ManifestShard[];
  /** Adds the next shard with its rows. */
  add(shard: ManifestShard, rows: ShardRows): void;
  totals(head: TotalsHead): Totals;
}

export function createCatalogue(): Catalogue {
  const columns = createColumns();
  const languages = new Map<string, LanguageCount>();
  const read: ManifestShard[] = [];
  /** By sample, the places of its shards in `read`; most samples have one. */
  const places = new Map<string, number | number[]>();
  let known: { version: number; entry: number; totals: Totals } | null = null;

  const add = (facts: ManifestShard, rows: ShardRows) => {
    const place = read.length;
    read.push(facts);
    columns.add(rows);
    for (const { id } of rows.rows) {
      const before = places.get(id);
      places.set(id, before === undefined ? place : [before, place].flat());
    }
    for (const { name, samples, files, bytes } of rows.languages) {
      const count = languages.get(name) ?? { name, samples: 0, files: 0, bytes: 0 };
      languages.set(name, count);
      count.samples += samples;
      count.files += files;
      count.bytes += bytes;
    }
  };

  return {
    columns,
    finder: createFinder(columns),
    get shardsRead() {
      return read.length;
    },
    shardsOf: (id) => {
      const place = places.get(id);
      return [place ?? []].flat().flatMap((each) => read[each] ?? []);
    },
    add,
    totals: (head) => {
      const { version } = columns;
      if (known?.version !== version || known.entry !== head.entry) {
        const totals = totalsOf({ columns, languages, head, shards: read });
        known = { version, entry: head.entry, totals };
      }
      return known.totals;
    },
  };
}
