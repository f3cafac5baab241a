/** The kernel's part for contexts and for the match: what they predict, and what they learn. */
import { stretchEntries } from '../curves.ts';
import { contextCount } from '../history.ts';
import * as shape from '../shape.ts';
import { type Code, f64, i32, pair, select, when } from './assembler.ts';
import type { Addresses, Context, Variables } from './variables.ts';

const number = i32.constant;

/** Where the row of a count lies in the map of a context, and a probability in a row, in bytes. */
export const countRow = Uint16Array.from(
  shape.countClass,
  (each) => 8 * each * shape.probabilitySteps,
);
export const probabilityPlace = Uint16Array.from(shape.probabilityStep, (each) => 8 * each);

/** A place per context for what it would learn while it is unknown; then a zero, and a rest. */
export const nothingBytes = 8 * (contextCount + 2);
export const zeroOffset = 8 * contextCount;
export const restOffset = zeroOffset + 8;

/** The 16 slots of a context for half a byte lie in one line of the processor's cache. */
export function lineOf(hash: Code): Code {
  return i32.shiftLeft(i32.shiftRight(hash, number(32 - shape.slotBits)), number(2));
}

/** Leaves the inputs of contexts and match in `inputs`, two in each. */
export function readInputs(v: Variables, at: Addresses): Code {
  const reads = v.contexts.flatMap((context, index) => [
    ...readContext(context, index, v, at),
    ...setInput(index, stretchAddress(context, v, at), v),
  ]);
  return [...v.known.set(number(0)), ...reads, ...readMatch(v, at)];
}

function setInput(index: number, address: Code, { inputs }: Variables): Code {
  const input = inputs[index >> 1];
  if (input === undefined) throw new Error(`the mixer has no input ${index}`);
  const isFirst = index % 2 === 0;
  return input.set(isFirst ? pair.loadFirst(address) : pair.loadSecond(address, input.get));
}

function readContext(
  { base, check, slot, map, trusted }: Context,
  index: number,
  { line, count, known }: Variables,
  at: Addresses,
): Code {
  const address = slotAddress(base.get, line.get);
  const isOwn = i32.equal(i32.and(slot.get, number(0xff)), check.get);
  const unseen = i32.or(check.get, number(shape.unseen));
  const row = i32.load16(i32.shiftLeft(count.get, number(1)), at.countRow);
  const step = i32.shiftRight(slot.get, number(20));
  const place = i32.load16(i32.shiftLeft(step, number(1)), at.probabilityPlace);
  const own = i32.add(i32.add(row, place), number(at.maps + 8 * index * shape.mapSize));
  const isKnown = i32.unequal(count.get, number(0));
  return [
    ...slot.set(i32.load(address, at.slots)),
    ...slot.set(select(slot.get, unseen, isOwn)),
    ...count.set(countOf(slot.get)),
    ...map.set(select(own, number(at.nothing + 8 * index), count.get)),
    ...trusted.set(f64.load(map.get)),
    // Order 0 is always known.
    ...(index < contextCount - 1 ? known.set(i32.add(known.get, isKnown)) : []),
  ];
}

/** Of the stretched probability, or of a zero where the context is unknown. */
function stretchAddress({ trusted }: Context, { count }: Variables, at: Addresses): Code {
  const entry = i32.truncate(f64.multiply(trusted.get, f64.constant(stretchEntries)));
  const stretched = i32.add(i32.shiftLeft(entry, number(3)), number(at.stretch));
  return select(stretched, number(at.nothing + zeroOffset), count.get);
}

function slotAddress(base: Code, line: Code): Code {
  return i32.xor(base, i32.shiftLeft(line, number(2)));
}

function countOf(slot: Code): Code {
  return i32.and(i32.shiftRight(slot, number(8)), number(0xff));
}

/** The match predicts the next bit while its bits so far were right. */
function readMatch(v: Variables, at: Addresses): Code {
  const { trust, matchLength, matchedBits, isMatching, number: stretched, inputs } = v;
  const input = inputs[contextCount / 2];
  if (input === undefined) throw new Error('the mixer has no input for the match');
  const lengthClass = select(
    matchLength.get,
    number(shape.matchClasses - 1),
    i32.less(matchLength.get, number(shape.matchClasses - 1)),
  );
  const entry = i32.truncate(f64.multiply(f64.load(trust.get), f64.constant(stretchEntries)));
  const value = f64.load(i32.shiftLeft(entry, number(3)), at.stretch);
  const predicted = [
    ...trust.set(i32.add(i32.shiftLeft(lengthClass, number(3)), number(at.trust))),
    ...stretched.set(value),
    ...stretched.set(select(stretched.get, f64.negate(stretched.get), topBit(matchedBits.get))),
  ];
  return [
    ...when(isMatching.get, predicted, stretched.set(f64.constant(0))),
    ...input.set(pair.of(stretched.get, f64.constant(shape.constantValue))),
  ];
}

/** 0 without a match, else more the longer it is. */
export function matchClass({ isMatching, matchLength }: Variables): Code {
  const atLeast = (length: number) => i32.greaterOrEqual(matchLength.get, number(length));
  const byLength = i32.add(i32.add(number(1), atLeast(8)), atLeast(16));
  return select(byLength, number(0), isMatching.get);
}

/** Of the eight bits that are still to come, the next. */
export function topBit(bits: Code): Code {
  return i32.and(i32.shiftRight(bits, number(7)), number(1));
}

export function learnContexts(v: Variables, at: Addresses): Code {
  return v.contexts.flatMap((context) => learnContext(context, v, at));
}

function learnContext(
  { base, slot, map, trusted }: Context,
  { line, count, bit, bitNumber }: Variables,
  at: Addresses,
): Code {
  const probability = i32.shiftRight(slot.get, number(16));
  const target = select(number(0xffff), number(0), bit.get);
  const miss = f64.fromInteger(i32.subtract(target, probability));
  const rate = f64.load(i32.shiftLeft(count.get, number(3)), at.slotRate);
  const moved = i32.truncate(f64.add(f64.fromInteger(probability), f64.multiply(miss, rate)));
  const counted = i32.shiftLeft(i32.less(count.get, number(shape.countMax)), number(8));
  const rest = i32.add(i32.and(slot.get, number(0xffff)), counted);
  const learned = f64.multiply(
    f64.subtract(bitNumber.get, trusted.get),
    f64.constant(shape.mapRate),
  );
  return [
    ...count.set(countOf(slot.get)),
    ...i32.store(
      slotAddress(base.get, line.get),
      i32.or(i32.shiftLeft(moved, number(16)), rest),
      at.slots,
    ),
    ...f64.store(map.get, f64.add(trusted.get, learned)),
  ];
}

/** Trust in matches of this length; after a wrong bit the match is over. */
export function learnMatch({ isMatching, matchedBits, trust, bit, number: old }: Variables): Code {
  const isRight = i32.equal(topBit(matchedBits.get), bit.get);
  const step = f64.multiply(
    f64.subtract(f64.fromInteger(isMatching.get), old.get),
    f64.constant(shape.matchRate),
  );
  const learned = f64.least(f64.constant(shape.matchTrustMax), f64.add(old.get, step));
  return when(isMatching.get, [
    ...isMatching.set(isRight),
    ...old.set(f64.load(trust.get)),
    ...f64.store(trust.get, learned),
    ...matchedBits.set(i32.shiftLeft(matchedBits.get, number(1))),
  ]);
}
