/**
 * Names of shard files, and the files that are abandoned: those of a writer that lost the race for
 * its entry or was killed before it created one. Only a writer that knows all earlier entries can
 * create the next, so no entry will ever name a file once the manifest holds the file's shard
 * number (bounded run, where all writers make the same shards) or its entry number (live stream).
 */
import type { ManifestEntry } from '../../../../schemas/manifest.ts';
import type { ManifestEnd } from '../../../dataset/growing/end.ts';
import { nextNumbers } from '../../../dataset/manifest.ts';
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

/**
 * The files that no entry names and none ever will. Files with foreign names are left alone, and
 * those of shards before the known entries: an earlier start or the writer itself has seen to them.
 */
export function abandonedAmong(paths: readonly string[], end: ManifestEnd): string[] {
  const head = end.entries.at(-1) ?? null;
  const { firstShard: shards } = nextNumbers(head);
  const first = end.entries[0]?.firstShard ?? 0;
  const named = namedFiles(end.entries);
  return paths.filter((path) => {
    const [match, number, entry] = namePattern.exec(path) ?? [];
    if (match === undefined || named.has(path) || Number(number) < first) return false;
    const passed = entry === undefined ? Number(number) < shards : Number(entry) < end.count;
    return head?.closed === true || passed;
  });
}

/** Removes the abandoned ones among the given files, or among all of the known entries' shards. */
export async function removeAbandoned(
  store: ObjectStore,
  end: ManifestEnd,
  paths?: readonly string[],
): Promise<void> {
  const candidates = paths ?? (await shardFiles(store, prefixesOf(end)));
  for (const path of abandonedAmong(candidates, end)) await store.remove(path);
}

/** Shards that a writer may have begun beyond the last one. */
const shardsBeyond = 256;

/** Begins of the names of the shards of the known entries, of a hundred shards each. */
function prefixesOf({ entries }: ManifestEnd): string[] {
  const first = entries[0]?.firstShard ?? 0;
  if (first === 0) return [''];
  const last = nextNumbers(entries.at(-1) ?? null).firstShard + shardsBeyond;
  const prefixes = new Set<string>();
  for (let number = first; number < last + 100; number += 100) {
    const name = shardNames({ number, entry: null }, '')[0] ?? '';
    prefixes.add(name.slice(0, -2));
  }
  return [...prefixes];
}

/** Removes every shard file that no entry names, where no other writer may be about to name it. */
export async function removeUnnamed(
  store: ObjectStore,
  entries: readonly ManifestEntry[],
): Promise<void> {
  const named = namedFiles(entries);
  for (const path of await shardFiles(store, [''])) {
    if (namePattern.test(path) && !named.has(path)) await store.remove(path);
  }
}

function namedFiles(entries: readonly ManifestEntry[]): ReadonlySet<string> {
  const shards = entries.flatMap((entry) => entry.shards);
  return new Set(shards.flatMap(({ path, provenance }) => [path, provenance.path]));
}

async function shardFiles(store: ObjectStore, prefixes: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of ['shards', 'provenance']) {
    for (const prefix of prefixes) {
      for (const name of await store.list(folder, prefix)) paths.push(`${folder}/${name}`);
    }
  }
  return paths;
}
