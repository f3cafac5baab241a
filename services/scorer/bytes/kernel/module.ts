/**
 * The inner loop of the byte model as WebAssembly: what is done for every bit of every byte. It
 * must give the same numbers, bit for bit, as the plain model in test/services/scorer/bytes, which
 * takes the same steps in TypeScript and is the place to read what they mean.
 */
import { contextCount } from '../history.ts';
import {
  assemble,
  type Code,
  f64,
  i32,
  type Local,
  openLocals,
  repeat,
  select,
} from './assembler.ts';
import { learnContexts, learnMatch, lineOf, readInputs, restOffset, topBit } from './contexts.ts';
import { learnMixture, mix } from './mixer.ts';
import { type Addresses, addVariables, type Variables } from './variables.ts';

/** Of a byte: hashes for its two halves, the byte with the matched one above it, match length. */
export const recordNumbers = 2 * contextCount + 2;
const recordBytes = 4 * recordNumbers;
const byteOffset = 4 * 2 * contextCount;
const lengthOffset = byteOffset + 4;

const number = i32.constant;

/** `run(bytes)` codes as many bytes and writes the probability of each. */
export function kernelModule(at: Addresses, pages: number): Uint8Array<ArrayBuffer> {
  const locals = openLocals();
  const bytes = locals.add('i32');
  const v = addVariables(locals);
  const body = [
    ...v.record.set(number(at.records)),
    ...v.out.set(number(at.probabilities)),
    ...v.end.set(i32.add(number(at.records), i32.multiply(bytes.get, number(recordBytes)))),
    ...repeat(codeByte(v, at), i32.less(v.record.get, v.end.get)),
  ];
  return assemble({ parameters: ['i32'], locals: locals.types, body }, pages);
}

function codeByte(v: Variables, at: Addresses): Code {
  const { record, out, bits, matchedBits, matchLength, isMatching, node, hashes } = v;
  const facts = i32.load(record.get, byteOffset);
  return [
    ...touchNext(v, at),
    ...bits.set(i32.and(facts, number(0xff))),
    ...matchedBits.set(i32.shiftRight(facts, number(8))),
    ...matchLength.set(i32.load(record.get, lengthOffset)),
    ...isMatching.set(i32.unequal(matchLength.get, number(0))),
    ...v.probability.set(f64.constant(1)),
    ...node.set(number(1)),
    ...hashes.set(record.get),
    ...repeat(codeHalf(v, at), i32.less(node.get, number(256))),
    ...f64.store(out.get, v.probability.get),
    ...out.set(i32.add(out.get, number(8))),
    ...record.set(i32.add(record.get, number(recordBytes))),
  ];
}

/**
 * Reads slots of the next byte for nothing, so that they are on their way from the memory while
 * this byte is coded: the text is known.
 */
function touchNext({ record, count: touched }: Variables, at: Addresses): Code {
  const reads = Array.from({ length: 2 * contextCount }, (_unused, index) => {
    const hash = i32.load(record.get, recordBytes + 4 * index);
    return touched.set(i32.add(touched.get, i32.load(lineOf(hash), at.slots)));
  });
  // Without a use, a compiler leaves the reads out.
  return [...reads.flat(), ...i32.store(number(at.nothing), touched.get, restOffset)];
}

function codeHalf(v: Variables, at: Addresses): Code {
  const opened = v.contexts.flatMap(({ base, check }, index) => {
    const hash = i32.load(v.hashes.get, 4 * index);
    return [...base.set(lineOf(hash)), ...check.set(i32.and(hash, number(0xff)))];
  });
  return [
    ...opened,
    ...v.hashes.set(i32.add(v.hashes.get, number(4 * contextCount))),
    ...v.line.set(number(1)),
    ...repeat(codeBit(v, at), i32.less(v.line.get, number(16))),
  ];
}

function codeBit(v: Variables, at: Addresses): Code {
  const { bits, bit, bitNumber, one, probability } = v;
  const ofBit = select(one.get, f64.subtract(f64.constant(1), one.get), bit.get);
  const append = (to: Local) => to.set(i32.or(i32.shiftLeft(to.get, number(1)), bit.get));
  return [
    ...readInputs(v, at),
    ...mix(v, at),
    ...bit.set(topBit(bits.get)),
    ...bitNumber.set(f64.fromInteger(bit.get)),
    ...bits.set(i32.shiftLeft(bits.get, number(1))),
    ...probability.set(f64.multiply(probability.get, ofBit)),
    ...learnMixture(v),
    ...learnContexts(v, at),
    ...learnMatch(v),
    ...append(v.node),
    ...append(v.line),
  ];
}
