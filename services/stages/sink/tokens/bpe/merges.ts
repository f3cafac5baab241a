/**
 * The merges of a byte-level BPE vocabulary and how they are applied: always the pair of lowest
 * rank, and of equal ranks the leftmost. A short piece is searched for it; a long one keeps a heap,
 * so that no text takes quadratic time. Both must give the same tokens. Pure.
 */

/** Open addressing over (left, right): left, right, rank, merged per slot; left is -1 when free. */
export interface Merges {
  readonly slots: Int32Array;
  readonly mask: number;
  /** Token of each byte. */
  readonly byteIds: Int32Array;
}

export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

/** Ranks and positions share the 53 bits that a number holds exactly: 21 and 32. */
export const mergesMax = 1 << 21;

/** Above this many bytes the heap is faster. */
const shortLengthMax = 64;

export function createMerges(merges: readonly Merge[], byteIds: Int32Array): Merges {
  const count = 2 ** Math.ceil(Math.log2(Math.max(2, merges.length * 2)));
  const table = { slots: new Int32Array(count * 4).fill(-1), mask: count - 1, byteIds };
  merges.forEach(({ left, right, merged }, rank) => {
    const slot = slotOf(table, left, right);
    // A pair that is listed twice has its last rank, as in the library.
    table.slots[slot] = left;
    table.slots[slot + 1] = right;
    table.slots[slot + 2] = rank;
    table.slots[slot + 3] = merged;
  });
  return table;
}

/** Where the pair is, or the free slot where it would be. */
function slotOf({ slots, mask }: Merges, left: number, right: number): number {
  let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  hash ^= hash >>> 15;
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const slot = at << 2;
    const found = slots[slot] as number;
    if (found === -1 || (found === left && slots[slot + 1] === right)) return slot;
  }
}

/** The slot of a pair that merges, or -1. */
function findPair(merges: Merges, left: number, right: number): number {
  const slot = slotOf(merges, left, right);
  return merges.slots[slot] === -1 ? -1 : slot;
}

/** Merges `count` tokens in place; returns how many are left. */
export function mergeAll(merges: Merges, ids: Int32Array, count: number): number {
  return count <= shortLengthMax ? mergeShort(merges, ids, count) : mergeLong(merges, ids, count);
}

const pairs = new Int32Array(shortLengthMax + 1);
const ranks = new Int32Array(shortLengthMax + 1);
const noRank = 0x7fffffff;

function mergeShort(merges: Merges, ids: Int32Array, length: number): number {
  const { slots } = merges;
  const look = (at: number) => {
    const slot = findPair(merges, ids[at] as number, ids[at + 1] as number);
    pairs[at] = slot;
    ranks[at] = slot === -1 ? noRank : (slots[slot + 2] as number);
  };
  let count = length;
  for (let at = 0; at + 1 < count; at += 1) look(at);
  for (;;) {
    let best = -1;
    let lowest = noRank;
    for (let at = 0; at + 1 < count; at += 1) {
      const rank = ranks[at] as number;
      if (rank < lowest) {
        lowest = rank;
        best = at;
      }
    }
    if (best === -1) return count;
    ids[best] = slots[(pairs[best] as number) + 3] as number;
    count -= 1;
    for (let at = best + 1; at < count; at += 1) {
      ids[at] = ids[at + 1] as number;
      ranks[at] = ranks[at + 1] as number;
      pairs[at] = pairs[at + 1] as number;
    }
    if (best + 1 < count) look(best);
    if (best > 0) look(best - 1);
  }
}

function mergeLong(merges: Merges, ids: Int32Array, count: number): number {
  const { slots } = merges;
  const next = new Int32Array(count);
  const previous = new Int32Array(count);
  const pairAt = new Int32Array(count).fill(-1);
  const initial = new Float64Array(count);
  let size = 0;
  for (let at = 0; at < count; at += 1) {
    next[at] = at + 1;
    previous[at] = at - 1;
    if (at + 1 === count) break;
    const slot = findPair(merges, ids[at] as number, ids[at + 1] as number);
    pairAt[at] = slot;
    if (slot !== -1) initial[size++] = keyOf(slots[slot + 2] as number, at);
  }
  const heap = createHeap(initial, size);
  const refresh = (at: number) => {
    const after = next[at] as number;
    const slot = after < count ? findPair(merges, ids[at] as number, ids[after] as number) : -1;
    pairAt[at] = slot;
    if (slot !== -1) heap.push(keyOf(slots[slot + 2] as number, at));
  };
  for (let key = heap.pop(); key >= 0; key = heap.pop()) {
    const at = key % positionEnd;
    const slot = pairAt[at] as number;
    // The pair may have changed since it was queued; the new pair has its own entry in the heap.
    if (slot === -1 || slots[slot + 2] !== (key - at) / positionEnd) continue;
    const gone = next[at] as number;
    const after = next[gone] as number;
    ids[at] = slots[slot + 3] as number;
    pairAt[gone] = -1;
    next[at] = after;
    if (after < count) previous[after] = at;
    refresh(at);
    const before = previous[at] as number;
    if (before >= 0) refresh(before);
  }
  let left = 0;
  for (let at = 0; at < count; at = next[at] as number) ids[left++] = ids[at] as number;
  return left;
}

const positionEnd = 2 ** 32;

function keyOf(rank: number, at: number): number {
  return rank * positionEnd + at;
}

/** A binary heap of numbers; pop gives -1 when it is empty. Takes over the array it starts with. */
function createHeap(initial: Float64Array, count: number) {
  let keys = initial;
  let size = count;
  const sink = (from: number) => {
    const key = keys[from] as number;
    let at = from;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && (keys[child + 1] as number) < (keys[child] as number)) child += 1;
      if ((keys[child] as number) >= key) break;
      keys[at] = keys[child] as number;
      at = child;
    }
    keys[at] = key;
  };
  for (let at = (size >> 1) - 1; at >= 0; at -= 1) sink(at);
  const push = (key: number) => {
    if (size === keys.length) {
      const grown = new Float64Array(size * 2);
      grown.set(keys);
      keys = grown;
    }
    let at = size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((keys[parent] as number) <= key) break;
      keys[at] = keys[parent] as number;
      at = parent;
    }
    keys[at] = key;
  };
  const pop = () => {
    if (size === 0) return -1;
    const top = keys[0] as number;
    size -= 1;
    if (size > 0) {
      keys[0] = keys[size] as number;
      sink(0);
    }
    return top;
  };
  return { push, pop };
}
