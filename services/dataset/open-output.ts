/**
 * An output as its manifest stands when it is opened: where it lies, what is in it, and how its
 * tokens become documents again. A run may go on writing; what it adds later is not seen.
 */
import type { ManifestEntry, ManifestShard } from '../../schemas/manifest.ts';
import { PipelineError } from '../runtime/errors.ts';
import { openLocalObjects } from '../runtime/store/objects/local.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { readHashed } from './read-shards.ts';
import { type DocumentReader, openDocumentReader } from './template/document-reader.ts';

export interface OpenOutput {
  readonly store: ObjectStore;
  readonly entries: readonly ManifestEntry[];
  /** The last entry, which says how the data set is made. */
  readonly head: ManifestEntry;
  /** SHA-256 of the last entry's file: it names this state of the data set. */
  readonly headHash: string;
  readonly shards: readonly ManifestShard[];
}

/** A folder by its path, or any store. OUTPUT_MISSING where no manifest lies there. */
export async function openOutput(place: string | ObjectStore): Promise<OpenOutput> {
  const store = storeAt(place);
  const output = outputOf(store, await readManifest(store));
  if (output !== null) return output;
  throw new PipelineError(
    'OUTPUT_MISSING',
    `${store.place} holds no manifest: no run has sealed a shard there yet`,
    { subject: store.place },
  );
}

export function storeAt(place: string | ObjectStore): ObjectStore {
  return typeof place === 'string' ? openLocalObjects(place) : place;
}

/** Null where the manifest has no entry. */
export function outputOf(store: ObjectStore, { entries, headHash }: Manifest): OpenOutput | null {
  const head = entries.at(-1);
  if (head === undefined || headHash === null) return null;
  return { store, entries, head, headHash, shards: entries.flatMap((entry) => entry.shards) };
}

/** The reader of its documents, from the tokenizer file that lies beside the shards. */
export async function openReader({ store, head }: OpenOutput): Promise<DocumentReader> {
  const file = await readHashed(store, head.tokenizer.file);
  return openDocumentReader(file.toString('utf8'), head.tokenizer);
}
