/**
 * Reads and extends the manifest. Entries are numbered without gaps and each holds the hash of the
 * entry before it. A lost, changed or exchanged entry is thus MANIFEST_CORRUPT, never a shorter
 * data set.
 */
import {
  isManifestName,
  type ManifestEntry,
  type ManifestShard,
  manifestHeadName,
  manifestName,
  parseManifestEntry,
  parseManifestHead,
} from '../../schemas/manifest.ts';
import { shardIndexEntry } from '../../schemas/mds.ts';
import { PipelineError } from '../runtime/errors.ts';
import { canonicalJson, sha256 } from '../runtime/ids.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { noOptOuts, type OptOuts, readOptOuts, shardsOf } from './opt-out/generations.ts';

export interface Manifest {
  readonly entries: readonly ManifestEntry[];
  /** SHA-256 of the last entry's file; null when there is none. */
  readonly headHash: string | null;
  /** What was opted out since. */
  readonly optOuts: OptOuts;
}

export function entryPath(entry: number): string {
  return `manifest/${manifestName(entry)}`;
}

const empty: Manifest = { entries: [], headHash: null, optOuts: noOptOuts };

/**
 * All entries, checked. Entries in `known` are not read again. An output without a manifest has no
 * entries.
 */
export async function readManifest(store: ObjectStore, known = empty): Promise<Manifest> {
  const names = (await store.list('manifest')).filter(isManifestName);
  const entries = [...known.entries];
  let { headHash } = known;
  for (let number = entries.length; number < names.length; number += 1) {
    const path = entryPath(number);
    const bytes = await store.read(path);
    if (bytes === null) throw corrupt(path, 'it is missing although later entries exist');
    const entry = parseEntry(bytes, number);
    checkChain(path, entry, entries.at(-1) ?? null, headHash);
    entries.push(entry);
    headHash = sha256(bytes);
  }
  // Read last: a shard that they replace may be of the newest entry.
  return { entries, headHash, optOuts: await readOptOuts(store) };
}

/**
 * Returns a function that asks whether the data set is complete; it reads the entries from the
 * head's on, each only once.
 */
export function watchClosed(store: ObjectStore): () => Promise<boolean> {
  let next = -1;
  let closed = false;
  return async () => {
    if (next < 0) next = await lastNamed(store);
    while (!closed) {
      const bytes = await store.read(entryPath(next));
      if (bytes === null) break;
      closed = parseEntry(bytes, next).closed;
      next += 1;
    }
    return closed;
  };
}

/** The entry that the head names, or the first where it cannot be read. */
async function lastNamed(store: ObjectStore): Promise<number> {
  const bytes = await store.read(headPath);
  try {
    return bytes === null ? 0 : parseManifestHead(bytes.toString('utf8')).entry;
  } catch {
    return 0;
  }
}

export async function hasEntry(store: ObjectStore, entry: number): Promise<boolean> {
  return (await store.read(entryPath(entry))) !== null;
}

/** Creates the next entry and returns its hash; null when another writer was first. */
export async function createEntry(
  store: ObjectStore,
  entry: ManifestEntry,
): Promise<string | null> {
  const bytes = Buffer.from(`${canonicalJson(entry)}\n`, 'utf8');
  // The check that a read makes: an entry that no read would accept must not be written.
  parseEntry(bytes, entry.entry);
  return (await store.create(entryPath(entry.entry), bytes)) ? sha256(bytes) : null;
}

export const headPath = `manifest/${manifestHeadName}`;

export type IndexedShard = Pick<ManifestShard, 'path' | 'sha256' | 'bytes' | 'packs'>;

/** The bytes of `shards/index.json`, by which other tools find the shards. */
export function shardIndex(entries: readonly ManifestEntry[], optOuts = noOptOuts): Buffer {
  return indexOf(shardsOf(entries, optOuts));
}

/** In parts, because the values of a long list would take many times its text. */
export function indexOf(shards: readonly IndexedShard[]): Buffer {
  const lines = shards.map((shard) => canonicalJson(indexEntry(shard)));
  return Buffer.from(`{"shards":[${lines.join(',')}],"version":2}\n`, 'utf8');
}

function indexEntry(shard: IndexedShard): unknown {
  const basename = shard.path.slice(shard.path.lastIndexOf('/') + 1);
  return shardIndexEntry(basename, shard.bytes, shard.sha256, shard.packs);
}

/** Numbers of the next pack and the next shard. */
export function nextNumbers(head: ManifestEntry | null): {
  firstPack: number;
  firstShard: number;
} {
  if (head === null) return { firstPack: 0, firstShard: 0 };
  return {
    firstPack: head.firstPack + sumOver(head.shards, (shard) => shard.packs),
    firstShard: head.firstShard + head.shards.length,
  };
}

export function sumOver<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}

export function parseEntry(bytes: Buffer, number: number): ManifestEntry {
  try {
    return parseManifestEntry(bytes.toString('utf8'), number);
  } catch (error) {
    throw corrupt(entryPath(number), (error as Error).message, undefined, error);
  }
}

export function checkChain(
  path: string,
  entry: ManifestEntry,
  before: ManifestEntry | null,
  hashBefore: string | null,
): void {
  if (entry.previous !== hashBefore) {
    const what =
      before === null
        ? 'it does not begin a data set'
        : `it does not follow ${entryPath(before.entry)}: one of the two was changed`;
    throw corrupt(path, what);
  }
  const { firstPack: packs, firstShard: shards } = nextNumbers(before);
  if (entry.firstPack !== packs || entry.firstShard !== shards) {
    throw corrupt(path, 'its pack or shard numbers do not follow on');
  }
  if (before?.closed === true) throw corrupt(path, 'it follows the closing entry');
  let next = packs;
  for (const shard of entry.shards) {
    if (shard.firstPack !== next) throw corrupt(path, `${shard.path} is not where packs go on`);
    next += shard.packs;
  }
}

export function corrupt(
  subject: string,
  what: string,
  remedy = 'restore it from a copy, or start a new output',
  cause?: unknown,
): PipelineError {
  return new PipelineError('MANIFEST_CORRUPT', `${subject} cannot be trusted: ${what}; ${remedy}`, {
    subject,
    cause,
  });
}
