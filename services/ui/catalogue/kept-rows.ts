/**
 * The rows of shards, made once and kept between calls: nothing is written into the output (I12).
 * They lie in the user's cache under the hashes of the shard's files, so they fit every copy of it,
 * and a data set that grows reads only new ones.
 */
import { join } from 'node:path';
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { readShard } from '../../dataset/read-shards.ts';
import { sha256 } from '../../runtime/ids.ts';
import { openLocalObjects } from '../../runtime/store/objects/local.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { type ShardRows, shardRowsVersion } from './rows.ts';
import { rowsOfShard } from './shard-rows.ts';

export interface KeptRows {
  /** Where rows are kept, or why they are not, in words. */
  readonly kept: string;
  /** Those of a shard of the store, as JSON. */
  rowsOf(facts: ManifestShard): Promise<Buffer>;
}

/** `folder` is null where nothing shall be kept. */
export function openKeptRows(store: ObjectStore, folder: string | null): KeptRows {
  const objects = folder === null ? null : openLocalObjects(folder);
  let kept = keptIn(folder);
  const keep = async (name: string, rows: Buffer) => {
    try {
      await objects?.replace(name, rows);
    } catch (error) {
      // A full or read-only disk costs the next call some time, and nothing else.
      kept = `in memory only, because ${folder} cannot be written: ${(error as Error).message}`;
    }
  };
  return {
    get kept() {
      return kept;
    },
    rowsOf: async (facts) => {
      const name = keptRowsName(facts);
      const known = (await objects?.read(name).catch(() => null)) ?? null;
      if (known !== null && isRows(known)) return known;
      const rows = Buffer.from(JSON.stringify(rowsOfShard(await readShard(store, facts))));
      await keep(name, rows);
      return rows;
    },
  };
}

export function keptIn(folder: string | null): string {
  return folder === null ? 'in memory only' : `in ${folder}`;
}

/** Where rows of a shard are kept: named by all that decides them, so that they are never old. */
export function keptRowsName({ sha256: shard, provenance }: ManifestShard): string {
  const hash = sha256(JSON.stringify([shardRowsVersion, shard, provenance.sha256]));
  return join(hash.slice(0, 2), `${hash}.json`);
}

/** Not what another program wrote there: then they are made again. */
function isRows(bytes: Buffer): boolean {
  try {
    const rows = JSON.parse(bytes.toString('utf8')) as ShardRows;
    const fits = rows.version === shardRowsVersion && Array.isArray(rows.rows);
    return fits && Array.isArray(rows.languages);
  } catch {
    return false;
  }
}
