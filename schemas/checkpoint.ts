/**
 * A checkpoint of the manifest: the shards and samples of a run of entries, so that a writer or a
 * feed starts without reading the entries before it. It derives from the entries alone, so a lost
 * one can be made again. shards.md explains each field.
 */
import { z } from 'zod';
import { count, hash, path } from './manifest.ts';

/** Entries that one checkpoint covers. */
export const checkpointEntries = 256;

export const checkpointSchema = z.strictObject({
  format: z.literal(1),
  checkpoint: count,
  /** [from, to), adjacent to those of the checkpoint before it. */
  entries: z.tuple([count, count]),
  /** Packs in all entries before these. */
  firstPack: count,
  /** SHA-256 of the last entry that it covers. */
  lastEntry: hash,
  /** Path, SHA-256, bytes and packs of each shard, in order. */
  shards: z.array(z.tuple([path, hash, count, count])),
  /** The checkpoints 1, 2, 4, 8 … before this one. */
  back: z.array(z.strictObject({ checkpoint: count, firstPack: count, sha256: hash })),
  /** The files that hold the samples of all entries up to `entries[1]`, each sample in one. */
  samples: z.array(z.strictObject({ checkpoint: count, count, sha256: hash })),
});

export type Checkpoint = z.infer<typeof checkpointSchema>;

export function checkpointPath(checkpoint: number): string {
  return `${checkpointFolder}/${String(checkpoint).padStart(8, '0')}.json`;
}

/** The file of samples that a checkpoint added. */
export function samplesPath(checkpoint: number): string {
  return `${checkpointFolder}/${String(checkpoint).padStart(8, '0')}.samples`;
}

export const checkpointFolder = 'manifest/checkpoints';

/** How far the writers' work around the entries is done. */
export const settledPath = 'manifest/settled.json';

/** Before this many entries all shards are announced and no file is left of a lost writer. */
export const settledSchema = z.strictObject({ format: z.literal(1), entries: count });

/**
 * How many checkpoints `shards/index.json` covers while a data set grows, if there are so many. It
 * lists every shard, so it is written seldom where it is long: all in all 32 lines per shard.
 */
export function indexedCheckpoints(checkpoints: number): number {
  const step = 2 ** Math.floor(Math.log2(Math.max(1, checkpoints / 16)));
  return checkpoints - (checkpoints % step);
}
