/** The kernel's part for mixing: inputs to a probability of a 1, and what the weights learn. */
import { squashPerUnit, stretchMax } from '../curves.ts';
import { contextCount } from '../history.ts';
import * as shape from '../shape.ts';
import { type Code, f64, i32, pair, when } from './assembler.ts';
import { matchClass } from './contexts.ts';
import type { Addresses, Variables } from './variables.ts';

const number = i32.constant;
const setBytes = 8 * shape.inputCount;

/** Leaves the mixed probability in `mixed`, and the corrected one in `one`. */
export function mix(v: Variables, at: Addresses): Code {
  const { nodeWeights, knownWeights, sum, product } = v;
  const knownSet = i32.add(i32.multiply(matchClass(v), number(contextCount)), v.known.get);
  // One after the other, as the plain model adds: another order would round otherwise.
  const added = v.inputs.flatMap((input, index) => {
    const weights = pair.add(
      pair.load(nodeWeights.get, 16 * index),
      pair.load(knownWeights.get, 16 * index),
    );
    return [
      ...product.set(pair.multiply(input.get, weights)),
      ...sum.set(f64.add(sum.get, pair.first(product.get))),
      ...sum.set(f64.add(sum.get, pair.second(product.get))),
    ];
  });
  return [
    ...nodeWeights.set(setAddress(v.node.get, at.weightsByNode)),
    ...knownWeights.set(setAddress(knownSet, at.weightsByKnown)),
    ...sum.set(f64.constant(0)),
    ...added,
    ...sum.set(f64.divide(sum.get, f64.constant(2))),
    ...squash(v, at),
    ...correct(v, at),
  ];
}

function setAddress(set: Code, start: number): Code {
  return i32.add(i32.multiply(set, number(setBytes)), number(start));
}

function squash({ sum, mixed, number: position, count: entry }: Variables, at: Addresses): Code {
  const shifted = f64.add(within(sum.get, stretchMax), f64.constant(stretchMax));
  const index = i32.shiftLeft(entry.get, number(3));
  const low = f64.load(index, at.squash);
  const high = f64.load(index, at.squash + 8);
  const part = f64.subtract(position.get, f64.fromInteger(entry.get));
  return [
    ...position.set(f64.multiply(shifted, f64.constant(squashPerUnit))),
    ...entry.set(i32.truncate(position.get)),
    ...mixed.set(f64.add(low, f64.multiply(f64.subtract(high, low), part))),
  ];
}

function correct(v: Variables, at: Addresses): Code {
  const { sum, number: part, count: step, correction, mixed, one, node } = v;
  const width = f64.constant(shape.correctionWidth);
  const place = f64.add(f64.divide(within(sum.get, shape.correctionMax), width), f64.constant(16));
  const row = i32.multiply(node.get, number(shape.correctionSteps));
  const low = f64.load(correction.get);
  const high = f64.load(correction.get, 8);
  const between = f64.add(f64.add(mixed.get, low), f64.multiply(f64.subtract(high, low), part.get));
  const nearer = i32.shiftLeft(f64.greaterOrEqual(part.get, f64.constant(0.5)), number(3));
  return [
    ...part.set(place),
    ...step.set(i32.truncate(part.get)),
    ...part.set(f64.subtract(part.get, f64.fromInteger(step.get))),
    ...correction.set(
      i32.add(i32.shiftLeft(i32.add(row, step.get), number(3)), number(at.corrections)),
    ),
    ...one.set(f64.divide(between, f64.constant(2))),
    ...one.set(
      f64.greatest(
        f64.constant(shape.probabilityMin),
        f64.least(f64.constant(1 - shape.probabilityMin), one.get),
      ),
    ),
    ...correction.set(i32.add(correction.get, nearer)),
  ];
}

function within(value: Code, most: number): Code {
  return f64.greatest(f64.constant(-most), f64.least(f64.constant(most), value));
}

export function learnMixture(v: Variables): Code {
  const { bitNumber, correction, mixed, number: miss, move, inputs } = v;
  const expected = f64.load(correction.get);
  const corrected = f64.multiply(
    f64.subtract(bitNumber.get, expected),
    f64.constant(shape.correctionRate),
  );
  const isLarge = i32.or(
    f64.greaterOrEqual(miss.get, f64.constant(shape.missMin)),
    f64.lessOrEqual(miss.get, f64.constant(-shape.missMin)),
  );
  const step = pair.ofEqual(f64.multiply(miss.get, f64.constant(shape.mixRate)));
  const moves = inputs.flatMap((input, index) => {
    const moveIn = (weights: Code) =>
      pair.store(weights, pair.add(pair.load(weights, 16 * index), v.product.get), 16 * index);
    return [
      ...v.product.set(pair.multiply(move.get, input.get)),
      ...moveIn(v.nodeWeights.get),
      ...moveIn(v.knownWeights.get),
    ];
  });
  return [
    ...f64.store(correction.get, f64.add(expected, corrected)),
    ...miss.set(f64.subtract(bitNumber.get, mixed.get)),
    ...when(isLarge, [...move.set(step), ...moves]),
  ];
}
