/**
 * An output in the state of its manifest when it is opened: its place, its shards, and the reader
 * of its documents. A run may go on writing; later entries are not seen.
 */
import type { ManifestEntry, ManifestShard } from '../../schemas/manifest.ts';
import { PipelineError } from '../runtime/errors.ts';
import { openLocalObjects } from '../runtime/store/objects/local.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { type OptOuts, shardsOf } from './opt-out/generations.ts';
import { readHashed } from './read-shards.ts';
import { type DocumentReader, openDocumentReader } from './template/document-reader.ts';
import { parseTokenizerFile, type TokenizerFile } from './tokenizer-file.ts';

export interface OpenOutput {
  readonly store: ObjectStore;
  readonly entries: readonly ManifestEntry[];
  /** The last entry; it holds the tokenizer, template and context length of the data set. */
  readonly head: ManifestEntry;
  /** SHA-256 of the last entry's file: it names this state of the data set. */
  readonly headHash: string;
  /** As readers see them: without what was opted out. */
  readonly shards: readonly ManifestShard[];
  readonly optOuts: OptOuts;
}

/** Opens a folder by its path, or any store. OUTPUT_MISSING if there is no manifest. */
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

/** Null if the manifest has no entry. */
export function outputOf(
  store: ObjectStore,
  { entries, headHash, optOuts }: Manifest,
): OpenOutput | null {
  const head = entries.at(-1);
  if (head === undefined || headHash === null) return null;
  return { store, entries, head, headHash, shards: shardsOf(entries, optOuts), optOuts };
}

/** Opens the reader of the output's documents from the tokenizer file beside the shards. */
export async function openReader(
  output: Pick<OpenOutput, 'store' | 'head'>,
): Promise<DocumentReader> {
  return openDocumentReader(await readTokenizerFile(output), output.head.tokenizer);
}

export async function readTokenizerFile({
  store,
  head: { tokenizer },
}: Pick<OpenOutput, 'store' | 'head'>): Promise<TokenizerFile> {
  const { file } = tokenizer;
  return parseTokenizerFile((await readHashed(store, file)).toString('utf8'), file.path);
}
