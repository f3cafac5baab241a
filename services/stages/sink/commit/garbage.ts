/**
 * Names of shard files, and the files that are abandoned: those of a writer that lost the race for
 * its entry or was killed before it created one. Only a writer that knows all earlier entries can
 * create the next, so no entry will ever name a file once the manifest holds the file's shard
 * number (bounded run, where all writers make the same shards) or its entry number (live stream).
 */
import type { ManifestEntry } from '../../../../schemas/manifest.ts';
import { sumOver } from '../../../dataset/manifest.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';

export interface ShardPlace {
  /** Number of the shard in the data set. */
  readonly number: number;
  /** Number of the entry that is to name it; null in a bounded run. */
  readonly entry: number | null;
}

/** Names without folder and extension, to be tried in order. The hash keeps writers apart. */
export function shardNames({ number, entry }: ShardPlace, hash: string): string[] {
  const name = `shard.${String(number).padStart(5, '0')}`;
  const suffix = hash.slice(0, 16);
  if (entry === null) return [name, `${name}.${suffix}`];
  return [`${name}.${String(entry).padStart(8, '0')}-${suffix}`];
}

const namePattern = /\/shard\.(\d{5,})(?:\.(\d{8,})-[0-9a-f]{16})?(?:\.[0-9a-f]{16})?\.[a-z]+$/;

/** The files that no entry names and none ever will. Files with foreign names are left alone. */
export function abandonedAmong(
  paths: readonly string[],
  entries: readonly ManifestEntry[],
): string[] {
  const shards = sumOver(entries, (entry) => entry.shards.length);
  const named = namedFiles(entries);
  const closed = entries.at(-1)?.closed === true;
  return paths.filter((path) => {
    const [match, number, entry] = namePattern.exec(path) ?? [];
    if (match === undefined || named.has(path)) return false;
    return (
      closed || (entry === undefined ? Number(number) < shards : Number(entry) < entries.length)
    );
  });
}

/** Removes the abandoned ones among the given files, or among all shard files by default. */
export async function removeAbandoned(
  store: ObjectStore,
  entries: readonly ManifestEntry[],
  paths?: readonly string[],
): Promise<void> {
  const candidates = paths ?? (await shardFiles(store));
  for (const path of abandonedAmong(candidates, entries)) await store.remove(path);
}

/** Removes every shard file that no entry names, where no other writer may be about to name it. */
export async function removeUnnamed(
  store: ObjectStore,
  entries: readonly ManifestEntry[],
): Promise<void> {
  const named = namedFiles(entries);
  for (const path of await shardFiles(store)) {
    if (namePattern.test(path) && !named.has(path)) await store.remove(path);
  }
}

function namedFiles(entries: readonly ManifestEntry[]): ReadonlySet<string> {
  const shards = entries.flatMap((entry) => entry.shards);
  return new Set(shards.flatMap(({ path, provenance }) => [path, provenance.path]));
}

async function shardFiles(store: ObjectStore): Promise<string[]> {
  const inside = async (folder: string) =>
    (await store.list(folder)).map((name) => `${folder}/${name}`);
  return [...(await inside('shards')), ...(await inside('provenance'))];
}
