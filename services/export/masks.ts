/**
 * Masks in the conventions of the formats. A pack's own mask is aligned with its tokens. The three
 * other conventions are each derived here and only here, because training does not show a mask that
 * is off by one. Pure.
 */
import type { Pack } from '../../schemas/mds.ts';

/** Trainers leave positions with this label out of the loss. */
export const ignoredLabel = -100;

/**
 * The mask without the first token of each piece. Nothing in the piece predicts that token; a loss
 * there would train its prediction from the document before.
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

/**
 * The pack with the end-of-text token after every piece that has none, because it goes on
 * elsewhere. The added tokens are not trained. For readers that know bounds by that token alone.
 */
export function endPieces(pack: Pack, endOfText: number): Pack {
  const goesOn = ([, end]: Pack['indices'][number]) => pack.inputIds[end - 1] !== endOfText;
  const added = pack.indices.filter(goesOn).length;
  if (added === 0) return pack;
  const inputIds = new Uint32Array(pack.inputIds.length + added).fill(endOfText);
  const mask = new Uint8Array(inputIds.length);
  let shift = 0;
  const indices = pack.indices.map((piece) => {
    const [start, end] = piece;
    const from = start + shift;
    inputIds.set(pack.inputIds.subarray(start, end), from);
    mask.set(pack.mask.subarray(start, end), from);
    if (goesOn(piece)) shift += 1;
    return [from, end + shift] as const;
  });
  return { domain: pack.domain, indices, inputIds, mask };
}

/** Signed 32-bit ids, for formats without unsigned integers; vocabularies have ids below 2^31. */
export function signedIds({ inputIds }: Pack): Int32Array {
  for (const id of inputIds) {
    if (id > 0x7fffffff) throw new Error(`token ${id} does not fit 31 bits`);
  }
  return new Int32Array(inputIds.buffer, inputIds.byteOffset, inputIds.length);
}

/** Positions within the pieces: 0 at the first token of each. */
export function positions({ inputIds, indices }: Pack): Int32Array {
  const within = new Int32Array(inputIds.length);
  for (const [start, end] of indices) {
    for (let at = start; at < end; at += 1) within[at] = at - start;
  }
  return within;
}

export function pieceLengths({ indices }: Pack): number[] {
  return indices.map(([start, end]) => end - start);
}

/** The bytes of values as they lie in memory: little-endian, like the formats. */
export function rawBytes(values: Uint32Array | Int32Array | Uint8Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** `shard.00007` from `shards/shard.00007.mds`. */
export function shardStem(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.mds$/, '');
}
