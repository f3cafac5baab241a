/**
 * Runs of words as numbers of 53 bits. Two different runs share a number about once in 10^15 pairs,
 * so counting numbers counts runs. Pure.
 */
import { mix, power } from '../runtime/hashes/mix.ts';

const low = { seed: 0x811c9dc5, factor: 0x01000193, base: 0x9e3779b1 } as const;
const high = { seed: 0x2545f491, factor: 0x5bd1e995, base: 0x85ebca6b } as const;
type Lane = typeof low | typeof high;

/** One number for each run of `length` words, in order; a shorter text has no run. */
export function* hashRuns(words: readonly string[], length: number): Generator<number> {
  const lanes = [low, high].map((lane) => ({
    lane,
    hashes: words.map((word) => hashWord(word, lane)),
    // What the oldest word of a run is worth once `length` words have followed it.
    oldest: power(lane.base, length),
    sum: 0,
  }));
  for (let end = 0; end < words.length; end += 1) {
    for (const state of lanes) {
      const { lane, hashes, oldest } = state;
      const gone = end < length ? 0 : Math.imul(hashes[end - length] ?? 0, oldest);
      state.sum = (Math.imul(state.sum, lane.base) + (hashes[end] ?? 0) - gone) | 0;
    }
    if (end + 1 < length) continue;
    const [first, second] = lanes.map(({ sum }) => mix(sum));
    yield ((second ?? 0) >>> 11) * 2 ** 32 + (first ?? 0);
  }
}

function hashWord(word: string, { seed, factor }: Lane): number {
  let hash: number = seed;
  for (let at = 0; at < word.length; at += 1) {
    hash = Math.imul(hash ^ word.charCodeAt(at), factor);
  }
  // The tally samples by the lowest bits.
  return mix(hash);
}
