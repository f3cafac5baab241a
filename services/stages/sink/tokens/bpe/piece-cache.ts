/**
 * Tokens of pieces seen before, by their bytes. Bounded: when full it forgets everything, which
 * costs time and changes no token. Its own memory is its only state.
 */
import type { TokenBuffer } from './token-buffer.ts';

/** Longer pieces hardly come twice. */
export const cachedLengthMax = 64;

const slotsBits = 18;
const slotsMask = (1 << slotsBits) - 1;
/** Half of the slots, so that probing stays short. */
const entriesMax = 1 << (slotsBits - 1);
const keyBytesMax = entriesMax * 12;
const valuesMax = entriesMax * 4;

/** A piece of a text; one object serves all pieces, as there are millions. */
export interface Piece {
  bytes: Uint8Array;
  start: number;
  end: number;
  hash: number;
}

export interface PieceCache {
  /** Per slot: hash, start of the key, length + 256 × tokens, first value or the only token. */
  readonly slots: Int32Array;
  readonly keys: Uint8Array;
  readonly values: Uint32Array;
  entries: number;
  keysEnd: number;
  valuesEnd: number;
}

export function createPieceCache(): PieceCache {
  return {
    slots: new Int32Array(4 << slotsBits),
    keys: new Uint8Array(keyBytesMax),
    values: new Uint32Array(valuesMax),
    entries: 0,
    keysEnd: 0,
    valuesEnd: 0,
  };
}

export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at += 1)
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Appends the tokens of a piece to the output, or returns false when it is not known. */
export function recall(cache: PieceCache, piece: Piece, out: TokenBuffer): boolean {
  const { slots, keys } = cache;
  const { bytes, start, end, hash } = piece;
  const length = end - start;
  for (let at = hash & slotsMask; ; at = (at + 1) & slotsMask) {
    const slot = at << 2;
    const sizes = slots[slot + 2] as number;
    if (sizes === 0) return false;
    if (slots[slot] !== hash || (sizes & 0xff) !== length) continue;
    const key = slots[slot + 1] as number;
    let same = 0;
    while (same < length && keys[key + same] === bytes[start + same]) same += 1;
    if (same < length) continue;
    append(cache, slots[slot + 3] as number, sizes >> 8, out);
    return true;
  }
}

function append({ values }: PieceCache, first: number, count: number, out: TokenBuffer): void {
  const { ids } = out;
  if (count === 1) {
    ids[out.length++] = first;
    return;
  }
  for (let at = 0; at < count; at += 1) ids[out.length++] = values[first + at] as number;
}

/** Stores a piece that is not known yet. */
export function remember(
  cache: PieceCache,
  { bytes, start, end, hash }: Piece,
  tokens: Int32Array,
  count: number,
): void {
  const length = end - start;
  const full =
    cache.entries === entriesMax ||
    cache.keysEnd + length > keyBytesMax ||
    cache.valuesEnd + count > valuesMax;
  if (full) {
    cache.slots.fill(0);
    cache.entries = 0;
    cache.keysEnd = 0;
    cache.valuesEnd = 0;
  }
  let at = hash & slotsMask;
  while (cache.slots[(at << 2) + 2] !== 0) at = (at + 1) & slotsMask;
  const slot = at << 2;
  cache.slots[slot] = hash;
  cache.slots[slot + 1] = cache.keysEnd;
  cache.slots[slot + 2] = length + count * 256;
  cache.slots[slot + 3] = count === 1 ? (tokens[0] as number) : cache.valuesEnd;
  cache.entries += 1;
  for (let index = start; index < end; index += 1)
    cache.keys[cache.keysEnd++] = bytes[index] as number;
  if (count === 1) return;
  for (let index = 0; index < count; index += 1) {
    cache.values[cache.valuesEnd++] = tokens[index] as number;
  }
}
