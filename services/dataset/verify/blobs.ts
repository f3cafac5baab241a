/**
 * Checks the blobs and the log beside a data set. Training needs neither, so an output may be kept
 * without them. If they are there, they must be whole; if they are missing, the report names them.
 */
import { createHash } from 'node:crypto';
import type { BlobReference } from '../../../schemas/generated/types.ts';
import type { Erasure } from '../../../schemas/manifest.ts';
import { topicNames } from '../../../schemas/topology.ts';
import { blobPath as blobPathInStore } from '../../runtime/store/blobs.ts';
import { readErasure } from '../../runtime/store/erasure.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { printable } from '../printable.ts';
import { forEachReference } from '../run-log/references.ts';
import { forEachBody, withRunLog } from '../run-log/run-log.ts';
import { MisplacedDifference } from './place.ts';

/** Path of a blob in the output. */
export function blobPath(reference: Pick<BlobReference, 'sha256'>): string {
  return `blobs/${blobPathInStore(reference)}`;
}

/** The blobs that provenance, the manifest or the log name. */
export interface BlobNames {
  add(reference: BlobReference, namedBy: string): void;
  /** Path of each blob to one of the places that name it. */
  readonly paths: ReadonlyMap<string, string>;
}

export function openBlobNames(): BlobNames {
  const paths = new Map<string, string>();
  return { add: (reference, namedBy) => paths.set(blobPath(reference), namedBy), paths };
}

/** Returns a sentence for each part that is absent; throws if a present part is not whole. */
export async function checkBlobs(store: ObjectStore, names: BlobNames): Promise<string[]> {
  const present = await hashBlobs(store);
  const absent: string[] = [];
  const erasure = await readErasure(store);
  if (erasure !== null) absent.push(tellErased(erasure, present));
  const erased = new Set((erasure?.blobs ?? []).map((sha256) => blobPath({ sha256 })));
  if (present.size > 0) {
    const missing = missingBlobs(names, present, erased);
    const [first] = missing;
    // A replay reads blobs that it lacks from the data set that it replays.
    const isReplay = (await store.size('replay.json')) !== null;
    if (first !== undefined && !isReplay) throw first;
    if (missing.length > 0) absent.push(`${missing.length} blobs, which the replayed data set has`);
  } else if (names.paths.size > 0) {
    absent.push('blobs/, without which documents, structures and archives cannot be shown again');
  }
  const log = await checkLog(store, names, present, erased);
  return log === null ? absent : [...absent, log];
}

/** Names the repositories of which blobs and records are gone for good. */
function tellErased({ repositories, blobs }: Erasure, present: ReadonlySet<string>): string {
  const names = repositories.map(({ name }) => printable(name)).join(', ');
  const left = blobs.filter((sha256) => present.has(blobPath({ sha256 }))).length;
  const again = left === 0 ? '' : `; ${left} of them are still there: repeat it`;
  return `records and ${blobs.length} blobs of ${names}, which an opt-out erased${again}`;
}

/** Paths of all blobs in the store; the name of each must be its hash. */
async function hashBlobs(store: ObjectStore): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  for (const folder of await store.list('blobs')) {
    for (const name of await store.list(`blobs/${folder}`)) {
      const path = `blobs/${folder}/${name}`;
      const hash = createHash('sha256');
      for await (const part of (await store.stream(path)) ?? []) hash.update(part as Buffer);
      if (hash.digest('hex') !== name) {
        throw new MisplacedDifference(path, 'it does not match the hash that is its name');
      }
      present.add(path);
    }
  }
  return present;
}

/** What an opt-out erased is not missing. */
function missingBlobs(
  { paths }: BlobNames,
  present: ReadonlySet<string>,
  erased: ReadonlySet<string>,
): MisplacedDifference[] {
  return [...paths]
    .filter(([path]) => !present.has(path) && !erased.has(path))
    .map(([path, by]) => new MisplacedDifference(path, `it is missing, and ${by} names it`));
}

/**
 * Checks the blobs that the log names. Returns why it could not; null if it could, or if no run of
 * the output's kind has a log.
 */
async function checkLog(
  store: ObjectStore,
  names: BlobNames,
  present: ReadonlySet<string>,
  erased: ReadonlySet<string>,
): Promise<string | null> {
  if (!(await isEmbedded(store))) return null;
  const lost = 'without it a run cannot be resumed, and what gates and search did is not known';
  if ((await store.size('log/log.db')) === null) return `log/log.db: ${lost}`;
  if (present.size === 0) return null;
  const { why } = await withRunLog(store.place, async (log) => {
    for (const topic of topicNames) {
      const namedBy = `the log (${topic})`;
      await forEachBody(log, topic, ({ body }) =>
        forEachReference(body, (reference) => names.add(reference, namedBy)),
      );
    }
    return true;
  });
  const [first] = missingBlobs(names, present, erased);
  if (first !== undefined) throw first;
  return why === null ? null : `what the log names was not looked for, because ${why}`;
}

async function isEmbedded(store: ObjectStore): Promise<boolean> {
  const bytes = await store.read('run.json');
  return bytes !== null && Object.hasOwn(JSON.parse(bytes.toString('utf8')) as object, 'inputHash');
}
