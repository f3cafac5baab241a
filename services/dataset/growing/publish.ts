/**
 * Writes the files that derive from the manifest: checkpoints, the index of the shards, the head.
 * Each is written after what it derives from and before what names it, so a writer that is killed
 * between any two leaves an output that is right; the next start writes what is missing.
 */
import {
  checkpointEntries,
  checkpointFolder,
  checkpointPath,
  indexedCheckpoints,
  samplesPath,
  settledPath,
} from '../../../schemas/checkpoint.ts';
import { type ManifestHead, runFiles } from '../../../schemas/manifest.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { corrupt, hasEntry, headPath, type IndexedShard, indexOf } from '../manifest.ts';
import { readOptOuts } from '../opt-out/generations.ts';
import { deriveCheckpoint, mergesAt, type NamedCheckpoint } from './derive.ts';
import {
  covered,
  firstKnown,
  type KnownCheckpoint,
  type ManifestEnd,
  readCheckpoint,
  readOn,
} from './end.ts';

/**
 * A writer that was paused after its entry could replace newer files by older ones. So each writer
 * looks for a newer entry after its write and writes again if there is one. The newest files stay.
 * Returns the given end with its checkpoints.
 */
export async function publishDerived(
  store: ObjectStore,
  known: ManifestEnd,
  span = checkpointEntries,
): Promise<ManifestEnd> {
  let own: ManifestEnd | null = null;
  for (let end = known; ; ) {
    end = await publishIndex(store, await publishCheckpoints(store, end, span));
    own ??= end;
    await publishHead(store, end);
    if (!(await hasEntry(store, end.count))) return own;
    end = await readOn(store, end);
  }
}

/** Says that all before an entry is settled, and lets go of the entries that nobody needs. */
export async function publishSettled(
  store: ObjectStore,
  end: ManifestEnd,
  settled: number,
): Promise<ManifestEnd> {
  await store.replace(settledPath, line({ format: 1, entries: settled }));
  const from = Math.min(settled, covered(end), end.count - 1);
  return { ...end, settled, entries: end.entries.slice(Math.max(0, from - firstKnown(end))) };
}

/** The head names no checkpoint of entries that are to go, before they go. */
export async function forgetCheckpoints(store: ObjectStore, kept: ManifestEnd): Promise<void> {
  if (kept.headHash === null) await store.remove(headPath);
  await publishHead(store, kept);
  await store.remove(settledPath);
  for (const name of await store.list(checkpointFolder)) {
    await store.remove(`${checkpointFolder}/${name}`);
  }
}

async function publishCheckpoints(
  store: ObjectStore,
  known: ManifestEnd,
  span: number,
): Promise<ManifestEnd> {
  let end = known;
  for (let from = covered(end); end.count - from >= span; from = covered(end)) {
    const start = from - firstKnown(end);
    const entries = end.entries.slice(start, start + span);
    const lastEntry = end.entries[start + span]?.previous ?? end.headHash ?? '';
    const checkpoint = (end.checkpoint?.fields.checkpoint ?? -1) + 1;
    const samplesBefore = end.checkpoint?.fields.samples ?? [];
    const merges = samplesBefore.slice(samplesBefore.length - mergesAt(checkpoint));
    const merged: Buffer[] = [];
    for (const file of merges) merged.push(await readSamples(store, file));
    const back = await namesBack(store, end.checkpoint);
    const derived = deriveCheckpoint({
      ...{ checkpoint, entries, lastEntry, back },
      ...{ samplesBefore, merged },
    });
    await keep(store, samplesPath(checkpoint), derived.samples);
    await keep(store, checkpointPath(checkpoint), derived.bytes);
    end = { ...end, checkpoint: { fields: derived.fields, sha256: derived.sha256 } };
  }
  return end;
}

/** Writes a derived file unless it is there; a damaged one is replaced. */
async function keep(store: ObjectStore, path: string, bytes: Buffer): Promise<void> {
  if (await store.create(path, bytes)) return;
  if ((await store.read(path))?.equals(bytes) !== true) await store.replace(path, bytes);
}

async function readSamples(
  store: ObjectStore,
  { checkpoint, sha256: hash }: { readonly checkpoint: number; readonly sha256: string },
): Promise<Buffer> {
  const bytes = await store.read(samplesPath(checkpoint));
  if (bytes !== null && sha256(bytes) === hash) return bytes;
  throw lostCheckpoint(samplesPath(checkpoint));
}

/** For a file of the checkpoints that is needed in the midst of the work. */
export function lostCheckpoint(path: string) {
  const remedy = `remove the folder ${checkpointFolder} and start again, which makes it anew`;
  return corrupt(path, 'it is missing or does not match its hash', remedy);
}

/** The newest checkpoint and those 1, 3, 7 … before it, as the next one names them. */
async function namesBack(
  store: ObjectStore,
  newest: KnownCheckpoint | null,
): Promise<NamedCheckpoint[]> {
  const names: NamedCheckpoint[] = [];
  let at = newest;
  for (let jump = 1; at !== null; jump *= 2) {
    const { checkpoint, firstPack, back } = at.fields;
    names.push({ checkpoint, firstPack, sha256: at.sha256 });
    const next = back.find((name) => name.checkpoint === checkpoint - jump);
    at = next === undefined ? null : await mustRead(store, next);
  }
  return names;
}

async function mustRead(store: ObjectStore, name: NamedCheckpoint): Promise<KnownCheckpoint> {
  const checkpoint = await readCheckpoint(store, name);
  if (checkpoint === null) throw lostCheckpoint(checkpointPath(name.checkpoint));
  return checkpoint;
}

/**
 * While a data set grows and has checkpoints, the index covers those up to `indexedCheckpoints`, so
 * that writing it stays a constant part of the work; at the end it covers all.
 */
async function publishIndex(store: ObjectStore, end: ManifestEnd): Promise<ManifestEnd> {
  const { checkpoint, entries } = end;
  const closed = entries.at(-1)?.closed === true;
  const whole = closed || checkpoint === null;
  const indexed = whole ? null : indexedCheckpoints(checkpoint.fields.checkpoint + 1);
  if (!whole && indexed === end.indexed) return end;
  const shards = await shardsOf(store, checkpoint, indexed);
  if (whole) {
    const after = entries.slice(covered(end) - firstKnown(end));
    for (const shard of after.flatMap((entry) => entry.shards)) shards.push(shard);
  }
  const optOuts = await readOptOuts(store);
  const seen = shards.map((shard) => optOuts.replacing(shard)?.by ?? shard);
  await store.replace('shards/index.json', indexOf(seen));
  return { ...end, indexed };
}

/** The shards of the first so many checkpoints, of all by default. */
async function shardsOf(
  store: ObjectStore,
  newest: KnownCheckpoint | null,
  count: number | null,
): Promise<IndexedShard[]> {
  const parts: IndexedShard[][] = [];
  for (let at = newest; at !== null; ) {
    const { checkpoint, shards, back } = at.fields;
    if (count === null || checkpoint < count) {
      parts.push(
        shards.map(([path, hash, bytes, packs]) => ({ path, sha256: hash, bytes, packs })),
      );
    }
    at = back[0] === undefined ? null : await mustRead(store, back[0]);
  }
  return parts.toReversed().flat();
}

async function publishHead(store: ObjectStore, end: ManifestEnd): Promise<void> {
  if (end.headHash === null) return;
  const files: ManifestHead['files'] = [];
  for (const path of runFiles) {
    const bytes = await store.read(path);
    if (bytes !== null) files.push({ path, sha256: sha256(bytes) });
  }
  const { checkpoint, indexed } = end;
  const { generations, headHash } = await readOptOuts(store);
  const head: ManifestHead = {
    ...{ format: 1, entry: end.count - 1, sha256: end.headHash, files },
    ...(checkpoint === null ? {} : { checkpoint: named(checkpoint) }),
    ...(indexed === null ? {} : { indexed }),
    ...(headHash === null
      ? {}
      : { optOuts: { generation: generations.length - 1, sha256: headHash } }),
  };
  await store.replace(headPath, line(head));
}

function named({ fields, sha256: hash }: KnownCheckpoint) {
  return { checkpoint: fields.checkpoint, sha256: hash };
}

function line(value: unknown): Buffer {
  return Buffer.from(`${canonicalJson(value)}\n`, 'utf8');
}
