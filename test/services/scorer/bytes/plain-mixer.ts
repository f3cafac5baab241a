/**
 * Logistic mixing: the inputs, each a stretched probability of a 1, are weighted by two sets of
 * weights (one chosen by the bits of the byte so far, one by what is known), and the mixed
 * probability is corrected by how often such mixtures were right before. Learns from every bit.
 */
import type { Arena } from '../../../../services/scorer/bytes/arena.ts';
import { squash } from '../../../../services/scorer/bytes/curves.ts';
import { contextCount } from '../../../../services/scorer/bytes/history.ts';
import {
  constantValue,
  correctionMax,
  correctionRate,
  correctionSteps,
  correctionWidth,
  inputCount,
  missMin,
  mixRate,
  probabilityMin,
  setsByKnown,
  setsByNode,
  weightAtStart,
} from '../../../../services/scorer/bytes/shape.ts';

export const matchInput = contextCount;
const constantInput = contextCount + 1;

export const mixerPieces = [
  { name: 'weightsByNode', bytes: 8 * setsByNode * inputCount },
  { name: 'weightsByKnown', bytes: 8 * setsByKnown * inputCount },
  { name: 'corrections', bytes: 8 * setsByNode * correctionSteps },
] as const;

export class Mixer {
  /** Filled by the model before each mix. */
  readonly inputs = new Float64Array(inputCount);
  readonly #weightsByNode: Float64Array;
  readonly #weightsByKnown: Float64Array;
  readonly #corrections: Float64Array;

  // State of the present bit: mix writes it, learn reads it.
  #nodeSet = 0;
  #knownSet = 0;
  #mixed = 0.5;
  #correctionIndex = 0;

  constructor(arena: Arena) {
    this.#weightsByNode = arena.float64('weightsByNode', setsByNode * inputCount);
    this.#weightsByKnown = arena.float64('weightsByKnown', setsByKnown * inputCount);
    this.#corrections = arena.float64('corrections', setsByNode * correctionSteps);
    this.#weightsByNode.fill(weightAtStart);
    this.#weightsByKnown.fill(weightAtStart);
    for (let index = 0; index < this.#corrections.length; index += 1) {
      this.#corrections[index] = squash(((index % correctionSteps) - 16) * correctionWidth);
    }
    this.inputs[constantInput] = constantValue;
  }

  /** Probability that the next bit is 1, strictly inside (0, 1). */
  mix(node: number, matchClass: number, known: number): number {
    const inputs = this.inputs;
    const byNode = this.#weightsByNode;
    const byKnown = this.#weightsByKnown;
    const nodeSet = node * inputCount;
    const knownSet = (matchClass * contextCount + known) * inputCount;
    let sum = 0;
    for (let index = 0; index < inputCount; index += 1) {
      const weight = (byNode[nodeSet + index] as number) + (byKnown[knownSet + index] as number);
      sum += (inputs[index] as number) * weight;
    }
    this.#nodeSet = nodeSet;
    this.#knownSet = knownSet;
    return this.#correct(node, sum / 2);
  }

  #correct(node: number, sum: number): number {
    const bounded = Math.max(-correctionMax, Math.min(correctionMax, sum));
    const place = bounded / correctionWidth + 16;
    const step = place | 0;
    const part = place - step;
    const index = node * correctionSteps + step;
    const low = this.#corrections[index] as number;
    const high = this.#corrections[index + 1] as number;
    this.#correctionIndex = part < 0.5 ? index : index + 1;
    this.#mixed = squash(sum);
    const corrected = (this.#mixed + low + (high - low) * part) / 2;
    return Math.max(probabilityMin, Math.min(1 - probabilityMin, corrected));
  }

  learn(bit: number): void {
    const corrections = this.#corrections;
    const correction = this.#correctionIndex;
    const expected = corrections[correction] as number;
    corrections[correction] = expected + (bit - expected) * correctionRate;
    const miss = bit - this.#mixed;
    if (miss < missMin && miss > -missMin) return;
    const step = miss * mixRate;
    const inputs = this.inputs;
    const byNode = this.#weightsByNode;
    const byKnown = this.#weightsByKnown;
    const nodeSet = this.#nodeSet;
    const knownSet = this.#knownSet;
    for (let index = 0; index < inputCount; index += 1) {
      const move = step * (inputs[index] as number);
      byNode[nodeSet + index] = (byNode[nodeSet + index] as number) + move;
      byKnown[knownSet + index] = (byKnown[knownSet + index] as number) + move;
    }
  }
}
