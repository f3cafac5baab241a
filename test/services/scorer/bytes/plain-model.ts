/**
 * An adaptive byte-level model by context mixing: each bit of a byte is predicted from orders 0 to
 * 4 and 6, the word, the word pair and the longest match, mixed, and learned at once. Every bit has
 * a probability strictly inside (0, 1) for 1 and the rest for 0, so the product over bits is a true
 * probability over byte strings. Everything learnt lies in one arena.
 */
import { Arena, layOut } from '../../../../services/scorer/bytes/arena.ts';
import { squash, stretchEntries, stretchTable } from '../../../../services/scorer/bytes/curves.ts';
import { contextCount, History, historyPieces } from '../../../../services/scorer/bytes/history.ts';
import {
  countClass,
  countMax,
  mapRate,
  mapSize,
  matchClasses,
  matchRate,
  matchTrustMax,
  probabilityStep,
  probabilitySteps,
  slotBits,
  slotRate,
  unseen,
} from '../../../../services/scorer/bytes/shape.ts';
import { Mixer, matchInput, mixerPieces } from './plain-mixer.ts';

const layout = layOut([
  { name: 'slots', bytes: 4 << slotBits },
  { name: 'maps', bytes: 8 * contextCount * mapSize },
  { name: 'trust', bytes: 8 * matchClasses },
  ...mixerPieces,
  ...historyPieces,
]);

export class PlainByteModel {
  readonly #arena = new Arena(layout);
  readonly #learnt = this.#arena.uint8('slots', layout.bytes);
  readonly #history = new History(this.#arena);
  readonly #mixer = new Mixer(this.#arena);
  readonly #slots = this.#arena.int32('slots', 1 << slotBits);
  readonly #maps = this.#arena.float64('maps', contextCount * mapSize);
  readonly #trust = this.#arena.float64('trust', matchClasses);

  // State of the present bit: prediction writes it, learning reads it; void between bytes.
  readonly #base = new Int32Array(contextCount);
  readonly #check = new Int32Array(contextCount);
  readonly #slotIndex = new Int32Array(contextCount);
  readonly #slotValue = new Int32Array(contextCount);
  readonly #mapIndex = new Int32Array(contextCount);
  #expectedBit = -1;

  constructor() {
    for (let index = 0; index < this.#maps.length; index += 1) {
      this.#maps[index] = squash(((index % probabilitySteps) - 15.5) / 2);
    }
    for (let index = 0; index < matchClasses; index += 1) {
      this.#trust[index] = 1 - 1 / (index + 3);
    }
  }

  /** A copy of everything learnt. */
  save(): Uint8Array {
    return this.#learnt.slice();
  }

  /** Undoes everything learnt since the copy was saved, exactly. */
  restore(saved: Uint8Array): void {
    this.#learnt.set(saved);
  }

  /** Learns bytes and returns −log2 of their probability, in bits. */
  code(bytes: Uint8Array, perByte?: Float64Array): number {
    let bits = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const needed = Math.log2(this.#codeByte(bytes[index] as number));
      bits -= needed;
      if (perByte !== undefined) perByte[index] = -needed;
    }
    return bits;
  }

  #codeByte(byte: number): number {
    let node = 1;
    let probability = 1;
    for (let shift = 7; shift >= 0; shift -= 1) {
      if (shift === 7 || shift === 3) this.#findSlots(shift === 7 ? 0 : node);
      // The node within its half byte, 1 to 15.
      const line = shift > 3 ? node : (node & ((8 >> shift) - 1)) | (8 >> shift);
      const known = this.#readContexts(line);
      const matchClass = this.#readMatch(node, shift);
      const one = this.#mixer.mix(node, matchClass, known);
      const bit = (byte >>> shift) & 1;
      probability *= bit === 1 ? one : 1 - one;
      this.#mixer.learn(bit);
      this.#learnContexts(bit);
      this.#learnMatch(bit);
      node = (node << 1) | bit;
    }
    this.#history.push(byte);
    return probability;
  }

  /** Called once per half byte: finds 16 slots per context, so four bits share a cache line. */
  #findSlots(prefix: number): void {
    const hashes = this.#history.hashes;
    const salt = Math.imul(prefix, 0x9e3779b1);
    for (let index = 0; index < contextCount; index += 1) {
      let hash = Math.imul((hashes[index] as number) + salt + index, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
      hash ^= hash >>> 13;
      this.#base[index] = hash >>> (32 - slotBits);
      this.#check[index] = hash & 0xff;
    }
  }

  /** Reads each context's slot into an input; returns how many contexts above order 0 know it. */
  #readContexts(line: number): number {
    const slots = this.#slots;
    const inputs = this.#mixer.inputs;
    let known = 0;
    for (let index = 0; index < contextCount; index += 1) {
      const slot = (this.#base[index] as number) ^ line;
      const check = this.#check[index] as number;
      let value = slots[slot] as number;
      if ((value & 0xff) !== check) value = unseen | check;
      this.#slotIndex[index] = slot;
      this.#slotValue[index] = value;
      const count = (value >>> 8) & 0xff;
      const map =
        index * mapSize +
        (countClass[count] as number) * probabilitySteps +
        (probabilityStep[value >>> 20] as number);
      this.#mapIndex[index] = map;
      if (count === 0) {
        inputs[index] = 0;
      } else {
        if (index < contextCount - 1) known += 1;
        inputs[index] = stretchTable[((this.#maps[map] as number) * stretchEntries) | 0] as number;
      }
    }
    return known;
  }

  /** The match predicts the next bit while its bits so far were right; returns its class. */
  #readMatch(node: number, shift: number): number {
    const inputs = this.#mixer.inputs;
    const length = this.#history.matchLength;
    const byte = this.#history.matchByte;
    if (length === 0 || (byte | 256) >>> (shift + 1) !== node) {
      this.#expectedBit = -1;
      inputs[matchInput] = 0;
      return 0;
    }
    const trust = this.#trust[Math.min(length, matchClasses - 1)] as number;
    const stretched = stretchTable[(trust * stretchEntries) | 0] as number;
    this.#expectedBit = (byte >>> shift) & 1;
    inputs[matchInput] = this.#expectedBit === 1 ? stretched : -stretched;
    if (length < 8) return 1;
    return length < 16 ? 2 : 3;
  }

  #learnContexts(bit: number): void {
    const slots = this.#slots;
    const maps = this.#maps;
    const target = bit === 1 ? 0xffff : 0;
    for (let index = 0; index < contextCount; index += 1) {
      const value = this.#slotValue[index] as number;
      const count = (value >>> 8) & 0xff;
      const probability = value >>> 16;
      const moved = (probability + (target - probability) * (slotRate[count] as number)) | 0;
      const counted = count < countMax ? count + 1 : count;
      slots[this.#slotIndex[index] as number] = (moved << 16) | (counted << 8) | (value & 0xff);
      if (count === 0) continue;
      const map = this.#mapIndex[index] as number;
      const learned = maps[map] as number;
      maps[map] = learned + (bit - learned) * mapRate;
    }
  }

  #learnMatch(bit: number): void {
    if (this.#expectedBit < 0) return;
    const lengthClass = Math.min(this.#history.matchLength, matchClasses - 1);
    const trust = this.#trust[lengthClass] as number;
    const right = this.#expectedBit === bit ? 1 : 0;
    this.#trust[lengthClass] = Math.min(matchTrustMax, trust + (right - trust) * matchRate);
  }
}
