/**
 * The samples that the data set holds, for the check that none is packed twice. Those of the last
 * entries are in memory, the others are looked up in the files of the newest checkpoint.
 */
import { type Checkpoint, samplesPath } from '../../../../schemas/checkpoint.ts';
import { covered, firstKnown, type ManifestEnd } from '../../../dataset/growing/end.ts';
import { lostCheckpoint } from '../../../dataset/growing/publish.ts';
import { holdsKey, keyOf } from '../../../dataset/growing/sample-ids.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';

export interface KnownSamples {
  has(id: string): Promise<boolean>;
  /** A sample that is packed, in an entry or not yet. */
  add(id: string): void;
  /** Lets go of the samples that the newest checkpoint covers. */
  cover(end: ManifestEnd): void;
}

export function openKnownSamples(store: ObjectStore, end: ManifestEnd): KnownSamples {
  let files: Checkpoint['samples'] = end.checkpoint?.fields.samples ?? [];
  let until = covered(end);
  const recent = new Set(
    end.entries.slice(until - firstKnown(end)).flatMap((entry) => entry.samples),
  );
  return {
    has: async (id) => {
      if (recent.has(id)) return true;
      const key = keyOf(id);
      const found = await Promise.all(
        files.map(async ({ checkpoint, count }) => {
          const path = samplesPath(checkpoint);
          const held = await holdsKey(store, path, count, key);
          if (held === null) throw lostCheckpoint(path);
          return held;
        }),
      );
      return found.includes(true);
    },
    add: (id) => void recent.add(id),
    cover: (now) => {
      if (covered(now) === until) return;
      files = now.checkpoint?.fields.samples ?? [];
      const first = firstKnown(now);
      for (const { samples } of now.entries.slice(until - first, covered(now) - first)) {
        for (const id of samples) recent.delete(id);
      }
      until = covered(now);
    },
  };
}
