/**
 * What was erased of an output at its opt-outs: a reader says so, and a run does not bring it back.
 */
import { type Erasure, erasurePath, erasureSchema } from '../../../schemas/manifest.ts';
import { PipelineError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { parseJson } from '../json.ts';
import type { BlobStore } from './blobs.ts';
import type { ObjectStore } from './objects/object-store.ts';

/** Null where nothing was. */
export async function readErasure(store: ObjectStore): Promise<Erasure | null> {
  const bytes = await store.read(erasurePath);
  if (bytes === null) return null;
  const parsed = erasureSchema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  throw new PipelineError(
    'MANIFEST_CORRUPT',
    `${erasurePath} has not the form of an erasure: restore it from a copy, or remove it and repeat \`backstory opt-out apply LIST OUT --erase\``,
    { subject: erasurePath },
  );
}

/**
 * Blobs without those that were erased. A run that is repeated packs every source again, also one
 * that left: the log says that it was found, so nobody asks for the archive.
 */
export function withoutErased(blobs: BlobStore, erasure: Erasure | null): BlobStore {
  const erased = new Set(erasure?.blobs);
  if (erased.size === 0) return blobs;
  return {
    ...blobs,
    put: async (bytes) => {
      const reference = { sha256: sha256(bytes), bytes: bytes.byteLength };
      return erased.has(reference.sha256) ? reference : blobs.put(bytes);
    },
  };
}
