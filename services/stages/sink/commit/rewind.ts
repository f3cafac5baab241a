/**
 * Takes back what a bounded run made from a source position on, so that it can be made again with
 * what was missing. Nobody else may write to the output meanwhile. Every step leaves an output that
 * is whole up to its last entry.
 */
import { endOf } from '../../../dataset/growing/end.ts';
import { forgetCheckpoints } from '../../../dataset/growing/publish.ts';
import { entryPath, readManifest } from '../../../dataset/manifest.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import { removeUnnamed } from './garbage.ts';

export async function rewindOutput(store: ObjectStore, sequence: number): Promise<void> {
  const { entries, headHash: whole } = await readManifest(store);
  const kept = entries.filter(({ nextSequence }) => nextSequence <= sequence);
  const headHash = entries[kept.length]?.previous ?? whole;
  await forgetCheckpoints(store, endOf(kept, headHash));
  for (const { entry } of entries.slice(kept.length).toReversed()) {
    await store.remove(entryPath(entry));
  }
  // Also where a process died before this line: their names must be free.
  await removeUnnamed(store, kept);
}
