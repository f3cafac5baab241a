/** What a checkpoint holds, as a function of the entries and of the checkpoints before it. Pure. */
import type { Checkpoint } from '../../../schemas/checkpoint.ts';
import type { ManifestEntry } from '../../../schemas/manifest.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { keyBytes, sampleFile } from './sample-ids.ts';

/** A checkpoint as a later one names it. */
export type NamedCheckpoint = Checkpoint['back'][number];

/** Files of samples are merged so often at most: one holds the ids of 2^10 checkpoints. */
const mergesMax = 10;

/** How many files of samples a checkpoint merges with its own: the ones that its number ends. */
export function mergesAt(checkpoint: number): number {
  const ordinal = checkpoint + 1;
  let merges = 0;
  while (merges < mergesMax && ordinal % 2 ** (merges + 1) === 0) merges += 1;
  return merges;
}

/** The numbers of the checkpoints that a checkpoint names: 1, 2, 4, 8 … before it. */
export function numbersBack(checkpoint: number): number[] {
  const numbers: number[] = [];
  for (let jump = 1; jump <= checkpoint; jump *= 2) numbers.push(checkpoint - jump);
  return numbers;
}

export interface CheckpointParts {
  readonly checkpoint: number;
  /** The entries that it covers, and the SHA-256 of the last one. */
  readonly entries: readonly ManifestEntry[];
  readonly lastEntry: string;
  readonly back: readonly NamedCheckpoint[];
  /** Files of samples of the checkpoint before it; the last ones are merged. */
  readonly samplesBefore: Checkpoint['samples'];
  readonly merged: readonly Buffer[];
}

export interface DerivedCheckpoint {
  readonly fields: Checkpoint;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** The bytes of its file of samples. */
  readonly samples: Buffer;
}

export function deriveCheckpoint(parts: CheckpointParts): DerivedCheckpoint {
  const { checkpoint, entries, lastEntry, back, samplesBefore, merged } = parts;
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a checkpoint covers entries');
  const ids = entries.flatMap((entry) => entry.samples);
  const samples = sampleFile(ids, merged);
  const own = { checkpoint, count: samples.byteLength / keyBytes, sha256: sha256(samples) };
  const fields: Checkpoint = {
    format: 1,
    checkpoint,
    entries: [first.entry, last.entry + 1],
    firstPack: first.firstPack,
    lastEntry,
    shards: entries.flatMap(({ shards }) =>
      shards.map(({ path, sha256: hash, bytes: size, packs }): Checkpoint['shards'][number] => {
        return [path, hash, size, packs];
      }),
    ),
    back: [...back],
    samples: [...samplesBefore.slice(0, samplesBefore.length - merged.length), own],
  };
  const bytes = Buffer.from(`${canonicalJson(fields)}\n`, 'utf8');
  return { fields, bytes, sha256: sha256(bytes), samples };
}
