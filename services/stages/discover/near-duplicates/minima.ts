/**
 * Min-hash sketches: 250 minima of a set of shingles. Two sets agree in a minimum as often as they
 * agree in an element of their union (Jaccard). Fast similarity sketching (Dahlgaard, Knudsen and
 * Thorup 2017) estimates as well as 250 permutations, and takes one hash for a shingle instead of
 * 250: a set throws its elements into the bins until every bin has one. Pure.
 */
import { mix } from '../../../runtime/hashes/mix.ts';

export const minimaCount = 250;

/** Of each bin the smallest round, and in it the smallest hash, as one number below 2^53. */
export type Minima = Float64Array;

const hashes = 2 ** 32;

/** The minima of the empty set: every other one is smaller. */
export function noMinima(): Minima {
  return new Float64Array(minimaCount).fill(Number.POSITIVE_INFINITY);
}

/** There must be a shingle. */
export function minimaOf(shingles: Uint32Array): Minima {
  const minima = noMinima();
  let open = minimaCount;
  // From round 250 on all elements go into one bin, so that 500 rounds fill every set's bins.
  for (let round = 0; open > 0 && round < 2 * minimaCount; round++) {
    const seed = Math.imul(round + 1, 0x9e3779b1);
    const own = round - minimaCount;
    for (let at = 0; at < shingles.length; at++) {
      const thrown = mix((shingles[at] as number) ^ seed);
      const bin = own >= 0 ? own : Math.floor((thrown / hashes) * minimaCount);
      const value = round * hashes + mix(thrown ^ 0x5bd1e995);
      const current = minima[bin] as number;
      if (value >= current) continue;
      if (current === Number.POSITIVE_INFINITY) open -= 1;
      minima[bin] = value;
    }
  }
  return minima;
}

/** Makes the first the minima of both sets together. */
export function joinMinima(minima: Minima, others: Minima): void {
  for (let bin = 0; bin < minimaCount; bin++) {
    minima[bin] = Math.min(minima[bin] as number, others[bin] as number);
  }
}

/** One byte of each minimum: two sets that differ in it still agree in its byte 1 of 256 times. */
export function signatureOf(minima: Minima): Uint8Array {
  return Uint8Array.from(minima, (value) => value % 256);
}

/** The estimated Jaccard similarity, from the number of equal bytes. */
export function similarityOf(equalBytes: number): number {
  const byChance = 1 / 256;
  return Math.max(0, (equalBytes / minimaCount - byChance) / (1 - byChance));
}
