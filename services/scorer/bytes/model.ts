/**
 * An adaptive byte-level model by context mixing: each bit of a byte is predicted from orders 0 to
 * 4 and 6, the word, the word pair and the longest match, mixed, and learned at once. Every bit has
 * a probability strictly inside (0, 1) for 1 and the rest for 0, so the product over bits is a true
 * probability over byte strings. Everything learnt lies at the beginning of one memory.
 */
import { Arena, layOut } from './arena.ts';
import { squash, squashTable, stretchTable } from './curves.ts';
import { contextCount, History, historyPieces } from './history.ts';
import { countRow, nothingBytes, probabilityPlace } from './kernel/contexts.ts';
import { compileKernel, type KernelInstance } from './kernel/instance.ts';
import { kernelModule, recordNumbers } from './kernel/module.ts';
import type { Addresses } from './kernel/variables.ts';
import * as shape from './shape.ts';

/** Bytes that are prepared for the kernel at once: their records fit into a fast cache. */
const blockBytes = 256;

const learntPieces = [
  { name: 'slots', bytes: 4 << shape.slotBits },
  { name: 'maps', bytes: 8 * contextCount * shape.mapSize },
  { name: 'trust', bytes: 8 * shape.matchClasses },
  { name: 'weightsByNode', bytes: 8 * shape.setsByNode * shape.inputCount },
  { name: 'weightsByKnown', bytes: 8 * shape.setsByKnown * shape.inputCount },
  { name: 'corrections', bytes: 8 * shape.setsByNode * shape.correctionSteps },
  ...historyPieces,
];
const learntBytes = layOut(learntPieces).bytes;

const tables = {
  stretch: stretchTable,
  squash: squashTable,
  slotRate: shape.slotRate,
  countRow,
  probabilityPlace,
};

const layout = layOut([
  ...learntPieces,
  ...Object.entries(tables).map(([name, { byteLength }]) => ({ name, bytes: byteLength })),
  // The kernel looks one record ahead.
  { name: 'records', bytes: 4 * recordNumbers * (blockBytes + 1) },
  { name: 'probabilities', bytes: 8 * blockBytes },
  { name: 'nothing', bytes: nothingBytes },
]);

let compiled: (() => KernelInstance) | null = null;

/** Compiled by the first model of a thread: who only imports this module does not pay for it. */
function openKernel(): KernelInstance {
  compiled ??= compileKernel(kernelModule(addresses(), Math.ceil(layout.bytes / 65_536)));
  return compiled();
}

function addresses(): Addresses {
  const of = layout.offsetOf;
  return {
    ...{ slots: of('slots'), maps: of('maps'), trust: of('trust') },
    ...{ weightsByNode: of('weightsByNode'), weightsByKnown: of('weightsByKnown') },
    ...{ corrections: of('corrections'), stretch: of('stretch'), squash: of('squash') },
    ...{ slotRate: of('slotRate'), countRow: of('countRow') },
    ...{ probabilityPlace: of('probabilityPlace'), records: of('records') },
    ...{ probabilities: of('probabilities'), nothing: of('nothing') },
  };
}

export class ByteModel {
  readonly #kernel = openKernel();
  readonly #arena = new Arena(layout, this.#kernel.memory.buffer);
  readonly #learnt = this.#arena.uint8('slots', learntBytes);
  readonly #history = new History(this.#arena);
  readonly #records = this.#arena.int32('records', recordNumbers * (blockBytes + 1));
  readonly #probabilities = this.#arena.float64('probabilities', blockBytes);

  constructor() {
    const floats = (name: string, length: number) => this.#arena.float64(name, length);
    for (const name of ['stretch', 'squash', 'slotRate'] as const) {
      floats(name, tables[name].length).set(tables[name]);
    }
    for (const name of ['countRow', 'probabilityPlace'] as const) {
      this.#arena.uint16(name, tables[name].length).set(tables[name]);
    }
    const { mapSize, probabilitySteps, setsByNode, setsByKnown, inputCount } = shape;
    const fill = (name: string, length: number, value: (index: number) => number) => {
      const numbers = floats(name, length);
      for (let index = 0; index < length; index += 1) numbers[index] = value(index);
    };
    fill('maps', contextCount * mapSize, (index) =>
      squash(((index % probabilitySteps) - 15.5) / 2),
    );
    fill('trust', shape.matchClasses, (index) => 1 - 1 / (index + 3));
    fill('weightsByNode', setsByNode * inputCount, () => shape.weightAtStart);
    fill('weightsByKnown', setsByKnown * inputCount, () => shape.weightAtStart);
    fill('corrections', setsByNode * shape.correctionSteps, (index) =>
      squash(((index % shape.correctionSteps) - 16) * shape.correctionWidth),
    );
  }

  /** A copy of everything learnt; in the place of an older one, where that is no longer needed. */
  save(old?: Uint8Array): Uint8Array {
    if (old === undefined) return this.#learnt.slice();
    old.set(this.#learnt);
    return old;
  }

  /** Undoes everything learnt since the copy was saved, exactly. */
  restore(saved: Uint8Array): void {
    this.#learnt.set(saved);
  }

  /** Learns bytes and returns −log2 of their probability, in bits. */
  code(bytes: Uint8Array, perByte?: Float64Array): number {
    let bits = 0;
    for (let start = 0; start < bytes.length; start += blockBytes) {
      const end = Math.min(bytes.length, start + blockBytes);
      for (let index = start; index < end; index += 1) {
        this.#record((index - start) * recordNumbers, bytes[index] as number);
      }
      this.#kernel.run(end - start);
      for (let index = start; index < end; index += 1) {
        const needed = Math.log2(this.#probabilities[index - start] as number);
        bits -= needed;
        if (perByte !== undefined) perByte[index] = -needed;
      }
    }
    return bits;
  }

  /** Contexts and match follow from the text alone, so they are found before any prediction. */
  #record(at: number, byte: number): void {
    const records = this.#records;
    const { hashes, matchByte, matchLength } = this.#history;
    // The first half of a byte, after which the second is another context.
    const salt = Math.imul(16 | (byte >>> 4), 0x9e3779b1);
    for (let index = 0; index < contextCount; index += 1) {
      const hash = (hashes[index] as number) + index;
      records[at + index] = mixed(hash);
      records[at + contextCount + index] = mixed(hash + salt);
    }
    records[at + 2 * contextCount] = byte | (matchByte << 8);
    records[at + 2 * contextCount + 1] = matchLength;
    this.#history.push(byte);
  }
}

/** Spreads a hash over all bits. */
function mixed(hash: number): number {
  let bits = Math.imul(hash, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0xc2b2ae35);
  return bits ^ (bits >>> 13);
}
