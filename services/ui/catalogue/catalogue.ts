/**
 * The catalogue of an output: its samples as columns, read shard by shard and kept between calls.
 * Nothing is written into the output (I12): the rows of a shard lie in the user's cache under the
 * hashes of its files, so they fit every copy of it, and a data set that grows reads only new ones.
 */
import { join } from 'node:path';
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { readShard } from '../../dataset/read-shards.ts';
import { sha256 } from '../../runtime/ids.ts';
import { openLocalObjects } from '../../runtime/store/objects/local.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import type { Totals } from '../api.ts';
import { type Columns, createColumns } from './columns.ts';
import { createFinder, type Finder } from './query.ts';
import { type LanguageCount, type ShardRows, shardRowsVersion } from './rows.ts';
import { rowsOfShard } from './shard-rows.ts';
import { type TotalsHead, totalsOf } from './totals.ts';

export interface Catalogue {
  readonly columns: Columns;
  readonly finder: Finder;
  readonly shardsRead: number;
  /** Where rows are kept, or why they are not, in words. */
  readonly kept: string;
  /** Shards of a row's sample, to read its pieces without looking through all. */
  shardsOf(id: string): readonly ManifestShard[];
  /** Adds the next shard. */
  add(shard: ManifestShard): Promise<void>;
  totals(head: TotalsHead): Totals;
}

/** `cacheFolder` is null where nothing shall be kept. */
export function createCatalogue(store: ObjectStore, cacheFolder: string | null): Catalogue {
  const columns = createColumns();
  const languages = new Map<string, LanguageCount>();
  const read: ManifestShard[] = [];
  /** By sample, the places of its shards in `read`; most samples have one. */
  const places = new Map<string, number | number[]>();
  const cache = openCache(cacheFolder);
  let known: { version: number; entry: number; totals: Totals } | null = null;

  const addRows = (facts: ManifestShard, rows: ShardRows) => {
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
    get kept() {
      return cache.kept;
    },
    shardsOf: (id) => {
      const place = places.get(id);
      return [place ?? []].flat().flatMap((each) => read[each] ?? []);
    },
    add: async (facts) => {
      const make = async () => rowsOfShard(await readShard(store, facts));
      addRows(facts, await cache.rowsOf(facts, make));
    },
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

interface RowCache {
  readonly kept: string;
  rowsOf(facts: ManifestShard, make: () => Promise<ShardRows>): Promise<ShardRows>;
}

function openCache(folder: string | null): RowCache {
  const objects = folder === null ? null : openLocalObjects(folder);
  let kept = folder === null ? 'in memory only' : `in ${folder}`;
  const keep = async (name: string, rows: ShardRows) => {
    try {
      await objects?.replace(name, Buffer.from(JSON.stringify(rows)));
    } catch (error) {
      // A full or read-only disk costs the next call some time, and nothing else.
      kept = `in memory only, because ${folder} cannot be written: ${(error as Error).message}`;
    }
  };
  return {
    get kept() {
      return kept;
    },
    rowsOf: async (facts, make) => {
      const name = keptRowsName(facts);
      const known = parseRows((await objects?.read(name).catch(() => null)) ?? null);
      if (known !== null) return known;
      const rows = await make();
      await keep(name, rows);
      return rows;
    },
  };
}

/** Where rows of a shard are kept: named by all that decides them, so that they are never old. */
export function keptRowsName({ sha256: shard, provenance }: ManifestShard): string {
  const hash = sha256(JSON.stringify([shardRowsVersion, shard, provenance.sha256]));
  return join(hash.slice(0, 2), `${hash}.json`);
}

/** Null for what another program wrote there: it is made again. */
function parseRows(bytes: Buffer | null): ShardRows | null {
  if (bytes === null) return null;
  try {
    const rows = JSON.parse(bytes.toString('utf8')) as ShardRows;
    const fits = rows.version === shardRowsVersion && Array.isArray(rows.rows);
    return fits && Array.isArray(rows.languages) ? rows : null;
  } catch {
    return null;
  }
}
