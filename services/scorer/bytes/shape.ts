/**
 * Sizes and rates of the byte model, and its tables. The kernel and the plain model of the tests
 * both take them from here; a change of any of them changes scores.
 */
import { stretchEntries, stretchTable } from './curves.ts';
import { contextCount } from './history.ts';

/**
 * A slot is one node of one context: probability of a 1 in the high 16 bits, then a count of 8,
 * then 8 check bits of the context, so that a foreign one reads as unseen. 2^20 slots are 4 MiB.
 */
export const slotBits = 20;
export const unseen = 0x80000000 | 0;
export const countMax = 60;
export const slotRate = Float64Array.from({ length: 256 }, (_unused, count) => 1 / (count + 1.6));

/** How far to trust a slot's probability is learned per context, by its count and its value. */
const countClasses = 12;
export const probabilitySteps = 32;
export const mapSize = countClasses * probabilitySteps;
export const mapRate = 0.01;

/** The class of a count: small counts are exact, larger ones go by powers of two. */
export const countClass = Uint8Array.from({ length: 256 }, (_unused, count) =>
  count < 6 ? count : Math.min(countClasses - 1, 4 + Math.floor(Math.log2(count / 1.5))),
);

/** The class of a probability: steps of one half in the stretched domain, finer near 0 and 1. */
export const probabilityStep = Uint8Array.from({ length: stretchEntries }, (_unused, index) => {
  const stretched = stretchTable[index] as number;
  return Math.max(0, Math.min(probabilitySteps - 1, Math.round(stretched * 2 + 15.5)));
});

/** The number of classes of match lengths, and how fast trust in each class is learned. */
export const matchClasses = 32;
export const matchRate = 0.01;
export const matchTrustMax = 0.9998;

/** Inputs of the mixer: one per context, one of the match, one constant. */
export const inputCount = contextCount + 2;
export const constantValue = 0.3;

export const setsByNode = 256;
/** Four classes of match times the number of contexts that know the present bit. */
export const setsByKnown = 4 * contextCount;
export const mixRate = 0.01;
export const weightAtStart = 0.3;
/** A miss smaller than this moves no weight by anything that matters; skipping it saves time. */
export const missMin = 0.003;

/** Corrections lie 0.75 apart in the stretched domain; a value between two is interpolated. */
export const correctionSteps = 33;
export const correctionWidth = 0.75;
export const correctionRate = 0.02;
export const correctionMax = 11.9;
/** No bit is ever taken as certain, so every byte string has a probability. */
export const probabilityMin = 1e-5;
