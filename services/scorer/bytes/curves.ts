/**
 * The two curves of logistic mixing as tables: stretch(p) = ln(p / (1 − p)) and its inverse. Tables
 * rather than calls keep a prediction free of transcendental functions, so that the same bytes cost
 * the same bits in every process.
 */

/** Stretched values lie within ±12, which is a probability of 6e-6. */
export const stretchMax = 12;

/** Entries of the stretch table; a probability p has entry ⌊p · 4096⌋. */
export const stretchEntries = 4096;

export const squashPerUnit = 128;
export const squashEntries = 2 * stretchMax * squashPerUnit + 2;

/** ln(p / (1 − p)) at the middle of each entry. */
export const stretchTable = Float64Array.from({ length: stretchEntries }, (_unused, index) => {
  const probability = (index + 0.5) / stretchEntries;
  return Math.log(probability / (1 - probability));
});

export const squashTable = Float64Array.from(
  { length: squashEntries },
  (_unused, index) => 1 / (1 + Math.exp(stretchMax - index / squashPerUnit)),
);

/** 1 / (1 + e^−x), linear between table entries; strictly inside (0, 1) for every finite x. */
export function squash(value: number): number {
  const bounded = Math.max(-stretchMax, Math.min(stretchMax, value));
  const position = (bounded + stretchMax) * squashPerUnit;
  const index = position | 0;
  const low = squashTable[index] as number;
  return low + ((squashTable[index + 1] as number) - low) * (position - index);
}
