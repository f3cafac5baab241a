/**
 * The end of a manifest: all that a writer needs of it, read in a few steps however long it is. The
 * entries are the truth. What a checkpoint says of the entries before it is believed by its hash;
 * where it is lost or does not match, all entries are read and the checkpoints are made again.
 */
import {
  type Checkpoint,
  checkpointPath,
  checkpointSchema,
  settledPath,
  settledSchema,
} from '../../../schemas/checkpoint.ts';
import {
  isManifestName,
  type ManifestEntry,
  type ManifestHead,
  manifestName,
  parseManifestHead,
} from '../../../schemas/manifest.ts';
import { sha256 } from '../../runtime/ids.ts';
import { parseJson } from '../../runtime/json.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { checkChain, corrupt, entryPath, hasEntry, headPath, parseEntry } from '../manifest.ts';

export interface KnownCheckpoint {
  readonly fields: Checkpoint;
  readonly sha256: string;
}

export interface ManifestEnd {
  /** How many entries there are. */
  readonly count: number;
  /** The last of them: the last one, those after the newest checkpoint, and those not settled. */
  readonly entries: readonly ManifestEntry[];
  /** SHA-256 of the last entry's file; null when there is none. */
  readonly headHash: string | null;
  /** The newest one. */
  readonly checkpoint: KnownCheckpoint | null;
  /** Before this many entries all shards are announced and no file is left of a lost writer. */
  readonly settled: number;
  /** How many checkpoints `shards/index.json` covers; null if that is not known, or all entries. */
  readonly indexed: number | null;
}

/** Of entries that are all known. */
export function endOf(entries: readonly ManifestEntry[], headHash: string | null): ManifestEnd {
  return { count: entries.length, entries, headHash, checkpoint: null, settled: 0, indexed: null };
}

export function firstKnown({ count, entries }: ManifestEnd): number {
  return count - entries.length;
}

/** How many entries have a checkpoint. */
export function covered({ checkpoint }: Pick<ManifestEnd, 'checkpoint'>): number {
  return checkpoint?.fields.entries[1] ?? 0;
}

/** The end as it stands now. */
export async function readEnd(store: ObjectStore): Promise<ManifestEnd> {
  const end = await readOn(store, await readStart(store));
  // A gap may be longer than the one entry that is looked for after the last.
  const next = manifestName(end.count);
  const names = await store.list('manifest', next.slice(0, -'00.json'.length));
  const beyond = names.some((name) => isManifestName(name) && name > next);
  if (beyond && !(await hasEntry(store, end.count))) throw lost(end.count);
  return end;
}

/** As of the checkpoint to begin with. */
async function readStart(store: ObjectStore): Promise<ManifestEnd> {
  const [settled, head] = [await readSettled(store), await readHead(store)];
  const indexed = head?.indexed ?? null;
  const checkpoint = await checkpointBefore(store, head, settled);
  if (checkpoint === null) return { ...endOf([], null), settled, indexed };
  const { entries: covers, lastEntry } = checkpoint.fields;
  const last = covers[1] - 1;
  const bytes = await store.read(entryPath(last));
  if (bytes === null) throw lost(last);
  if (sha256(bytes) !== lastEntry) {
    throw corrupt(entryPath(last), `it is not the entry that ${headPath} was made on`);
  }
  const entries = [parseEntry(bytes, last)];
  return { count: covers[1], entries, headHash: lastEntry, checkpoint, settled, indexed };
}

/** With the entries that came since. */
export async function readOn(store: ObjectStore, end: ManifestEnd): Promise<ManifestEnd> {
  const entries = [...end.entries];
  let { count, headHash } = end;
  for (;;) {
    const path = entryPath(count);
    let bytes = await store.read(path);
    if (bytes === null) {
      if (!(await laterExists(store, count))) return { ...end, count, entries, headHash };
      // Another writer may have made both since the first look.
      bytes = await store.read(path);
      if (bytes === null) throw lost(count);
    }
    const entry = parseEntry(bytes, count);
    checkChain(path, entry, entries.at(-1) ?? null, headHash);
    entries.push(entry);
    headHash = sha256(bytes);
    count += 1;
  }
}

async function laterExists(store: ObjectStore, entry: number): Promise<boolean> {
  return ((await readHead(store))?.entry ?? -1) >= entry || hasEntry(store, entry + 1);
}

function lost(entry: number) {
  return corrupt(entryPath(entry), 'it is missing although later entries exist');
}

/** Null if it is lost, or is not the one with this hash. */
export async function readCheckpoint(
  store: ObjectStore,
  { checkpoint, sha256: hash }: { readonly checkpoint: number; readonly sha256: string },
): Promise<KnownCheckpoint | null> {
  const bytes = await store.read(checkpointPath(checkpoint));
  if (bytes === null || sha256(bytes) !== hash) return null;
  const parsed = checkpointSchema.safeParse(parseJson(bytes));
  return parsed.success ? { fields: parsed.data, sha256: hash } : null;
}

/** The newest one before which everything is settled: what is not is in the entries after it. */
async function checkpointBefore(
  store: ObjectStore,
  head: ManifestHead | null,
  settled: number,
): Promise<KnownCheckpoint | null> {
  if (settled === 0 || head?.checkpoint === undefined) return null;
  let checkpoint = await readCheckpoint(store, head.checkpoint);
  while (checkpoint !== null && checkpoint.fields.entries[1] > settled) {
    const [before] = checkpoint.fields.back;
    checkpoint = before === undefined ? null : await readCheckpoint(store, before);
  }
  return checkpoint;
}

/** Null where there is none that can be read: it derives from the entries. */
async function readHead(store: ObjectStore): Promise<ManifestHead | null> {
  const bytes = await store.read(headPath);
  try {
    return bytes === null ? null : parseManifestHead(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

async function readSettled(store: ObjectStore): Promise<number> {
  const bytes = await store.read(settledPath);
  const parsed = settledSchema.safeParse(bytes === null ? null : parseJson(bytes));
  return parsed.success ? parsed.data.entries : 0;
}
