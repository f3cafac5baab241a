/**
 * Masks as the formats want them. A pack's own mask is aligned with its tokens; here are the three
 * other conventions, each derived in one place, because an error by one is invisible in training.
 * Pure.
 */
import type { Pack } from '../../schemas/mds.ts';

/** The label that trainers leave out of the loss. */
export const ignoredLabel = -100;

/**
 * The mask without the first token of each piece: nothing in the piece predicts that token, so a
 * loss there would be one of the document before it.
 */
export function predictableMask({ mask, indices }: Pack): Uint8Array {
  const predictable = Uint8Array.from(mask);
  for (const [start] of indices) predictable[start] = 0;
  return predictable;
}

/**
 * Position t says whether token t + 1 is trained, and the last position of each piece is 0: the
 * convention of packed Parquet, where the loader shifts tokens to labels but not the mask.
 */
export function shiftedMask({ mask, indices }: Pack): Uint8Array {
  const shifted = new Uint8Array(mask.length);
  for (const [start, end] of indices) shifted.set(mask.subarray(start + 1, end), start);
  return shifted;
}

/** Labels aligned with the tokens, not shifted: the id where it is trained, else -100. */
export function labels(pack: Pack): Int32Array {
  const predictable = predictableMask(pack);
  return signedIds(pack).map((id, position) => (predictable[position] === 1 ? id : ignoredLabel));
}

/** Signed 32-bit ids for formats that have no unsigned ones; ids of vocabularies are below 2^31. */
export function signedIds({ inputIds }: Pack): Int32Array {
  for (const id of inputIds) {
    if (id > 0x7fffffff) throw new Error(`token ${id} does not fit 31 bits`);
  }
  return new Int32Array(inputIds.buffer, inputIds.byteOffset, inputIds.length);
}

export function pieceLengths({ indices }: Pack): number[] {
  return indices.map(([start, end]) => end - start);
}

/** The bytes of values as they lie in memory, which is little-endian as the formats are. */
export function rawBytes(values: Uint32Array | Int32Array | Uint8Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** `shard.00007` from `shards/shard.00007.mds`. */
export function shardStem(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.mds$/, '');
}
