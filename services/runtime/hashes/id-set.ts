/**
 * A set of ids, stored as 128 bits of their hash (ids are 128-bit hashes anyway): 16 bytes each in
 * a table that is at most half full, so that a million repositories take 32 MB.
 */
import { createHash } from 'node:crypto';

/** Four 32-bit words per id. */
const words = 4;
const slotsMin = 1024;

export class IdSet {
  // A slot of zeros is empty; no hash is all zeros in practice.
  #table = new Uint32Array(slotsMin * words);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: string): boolean {
    return this.#taken(this.#find(wordsOf(id)));
  }

  /** False when the set already has the id. */
  add(id: string): boolean {
    const key = wordsOf(id);
    const at = this.#find(key);
    if (this.#taken(at)) return false;
    this.#table.set(key, at);
    this.#size += 1;
    if (this.#size * 2 * words > this.#table.length) this.#grow();
    return true;
  }

  /** Where the key is, or the empty slot where it belongs. */
  #find(key: Uint32Array): number {
    const slots = this.#table.length / words;
    let slot = (key[0] as number) % slots;
    while (this.#taken(slot * words) && !this.#holds(slot * words, key)) slot = (slot + 1) % slots;
    return slot * words;
  }

  #taken(at: number): boolean {
    return this.#table.subarray(at, at + words).some((word) => word !== 0);
  }

  #holds(at: number, key: Uint32Array): boolean {
    return key.every((word, index) => this.#table[at + index] === word);
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += words) {
      const key = old.subarray(at, at + words);
      if (key.some((word) => word !== 0)) this.#table.set(key, this.#find(key));
    }
  }
}

/** Counts how often each id was added; nearly all ids are added once. */
export class IdCounts {
  readonly #once = new IdSet();
  readonly #more = new Map<string, number>();

  has(id: string): boolean {
    return this.#once.has(id);
  }

  count(id: string): number {
    return this.#more.get(id) ?? (this.#once.has(id) ? 1 : 0);
  }

  /** How often the id was added, this time included. */
  add(id: string): number {
    if (this.#once.add(id)) return 1;
    const count = this.count(id) + 1;
    this.#more.set(id, count);
    return count;
  }
}

function wordsOf(id: string): Uint32Array {
  const hash = createHash('sha256').update(id).digest();
  return Uint32Array.from({ length: words }, (_, index) => hash.readUInt32LE(index * words));
}
