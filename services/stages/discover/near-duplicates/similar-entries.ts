/**
 * Finds the earlier entries that are similar to a signature, by locality-sensitive hashing: a
 * signature is cut into bands, and entries that agree in a whole band are compared. What it answers
 * depends only on the entries and their order. Memory: 286 bytes and 4 bytes for each band in a
 * table that is at most 70 % full, so 460 to 640 MB per million entries at a similarity of 0.7.
 */
import { mix } from '../../../runtime/hashes/mix.ts';
import { minimaCount, similarityOf } from './minima.ts';

export interface Entry {
  /** Hash of the content, 32 bytes. */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Match {
  readonly key: Uint8Array;
  readonly owner: number;
  readonly similarity: number;
}

export const keyBytes = 32;
const entryBytes = keyBytes + minimaCount;
const pageEntries = 4_096;
const slotsMin = 1_024;
const fullness = 0.7;

/** Matches at most; an entry that has so many is not added, as it would find nothing new. */
export const matchesMax = 4;

/** Entries of one band with the same bytes; further ones are found by their other bands. */
const bandEntriesMax = 64;

/** The chance that two sets which are just similar enough agree in a band. */
const chanceMin = 0.8;

/** The most rows of a band with which similar sets are found; more rows compare fewer others. */
export function rowsFor(similarityMin: number): number {
  const chance = (rows: number) =>
    1 - (1 - similarityMin ** rows) ** Math.floor(minimaCount / rows);
  let rows = 1;
  while (rows < minimaCount && chance(rows + 1) >= chanceMin) rows += 1;
  return rows;
}

export class NearIndex {
  readonly #similarityMin: number;
  readonly #entriesMax: number;
  readonly #rows: number;
  readonly #bands: number;
  /** Keys and signatures, and the owners of the same entries. */
  readonly #pages: Uint8Array[] = [];
  readonly #owners: Uint32Array[] = [];
  /** Entry number + 1; 0 is empty. */
  #slots = new Uint32Array(slotsMin);
  #taken = 0;
  #size = 0;

  constructor(similarityMin: number, entriesMax: number) {
    this.#similarityMin = similarityMin;
    this.#entriesMax = entriesMax;
    this.#rows = rowsFor(similarityMin);
    this.#bands = Math.floor(minimaCount / this.#rows);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.#entriesMax;
  }

  get bytes(): number {
    const pageBytes = pageEntries * (entryBytes + Uint32Array.BYTES_PER_ELEMENT);
    return this.#pages.length * pageBytes + this.#slots.byteLength;
  }

  /** The first similar entries in the order in which they were added. */
  similar(signature: Uint8Array): readonly Match[] {
    const met = new Set<number>();
    for (let band = 0; band < this.#bands; band++) {
      for (const entry of this.#inBand(signature, band)) met.add(entry);
    }
    const matches: Match[] = [];
    for (const entry of [...met].sort((a, b) => a - b)) {
      const similarity = similarityOf(equalBytes(signature, this.#signature(entry)));
      if (similarity < this.#similarityMin) continue;
      matches.push({ key: this.#key(entry), owner: this.#owner(entry), similarity });
      if (matches.length === matchesMax) break;
    }
    return matches;
  }

  /** Does nothing if the index is full. */
  add({ key, signature }: Entry, owner: number): void {
    if (this.isFull) return;
    const entry = this.#size;
    const place = entry % pageEntries;
    if (place === 0) {
      this.#pages.push(new Uint8Array(pageEntries * entryBytes));
      this.#owners.push(new Uint32Array(pageEntries));
    }
    const page = this.#pages.at(-1) as Uint8Array;
    page.set(key, place * entryBytes);
    page.set(signature, place * entryBytes + keyBytes);
    (this.#owners.at(-1) as Uint32Array)[place] = owner;
    this.#size += 1;
    if (this.#taken + this.#bands > this.#slots.length * fullness) this.#grow();
    this.#place(entry);
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    this.#taken = 0;
    // In the same order, so that full bands hold the same entries again.
    for (let entry = 0; entry < this.#size - 1; entry++) this.#place(entry);
  }

  #place(entry: number): void {
    const signature = this.#signature(entry);
    for (let band = 0; band < this.#bands; band++) {
      let equals = 0;
      let slot = this.#firstSlot(signature, band);
      for (let other = this.#slots[slot]; other !== 0; other = this.#slots[slot]) {
        if (this.#agrees(signature, band, (other as number) - 1)) equals += 1;
        slot = (slot + 1) % this.#slots.length;
      }
      if (equals >= bandEntriesMax) continue;
      this.#slots[slot] = entry + 1;
      this.#taken += 1;
    }
  }

  #inBand(signature: Uint8Array, band: number): number[] {
    const entries: number[] = [];
    let slot = this.#firstSlot(signature, band);
    for (let other = this.#slots[slot]; other !== 0; other = this.#slots[slot]) {
      const entry = (other as number) - 1;
      if (this.#agrees(signature, band, entry)) entries.push(entry);
      slot = (slot + 1) % this.#slots.length;
    }
    return entries;
  }

  #firstSlot(signature: Uint8Array, band: number): number {
    let hash = mix(band + 1);
    const start = band * this.#rows;
    for (let row = 0; row < this.#rows; row++) {
      hash = Math.imul(hash ^ (signature[start + row] as number), 0x01000193);
    }
    return mix(hash) % this.#slots.length;
  }

  #agrees(signature: Uint8Array, band: number, entry: number): boolean {
    const page = this.#pages[Math.floor(entry / pageEntries)] as Uint8Array;
    const at = (entry % pageEntries) * entryBytes + keyBytes;
    const start = band * this.#rows;
    for (let row = start; row < start + this.#rows; row++) {
      if (page[at + row] !== signature[row]) return false;
    }
    return true;
  }

  #bytesOf(entry: number): Uint8Array {
    const page = this.#pages[Math.floor(entry / pageEntries)] as Uint8Array;
    const at = (entry % pageEntries) * entryBytes;
    return page.subarray(at, at + entryBytes);
  }

  #key(entry: number): Uint8Array {
    return this.#bytesOf(entry).subarray(0, keyBytes);
  }

  #signature(entry: number): Uint8Array {
    return this.#bytesOf(entry).subarray(keyBytes);
  }

  #owner(entry: number): number {
    return (this.#owners[Math.floor(entry / pageEntries)] as Uint32Array)[
      entry % pageEntries
    ] as number;
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): number {
  let equal = 0;
  for (let at = 0; at < minimaCount; at++) if (a[at] === b[at]) equal += 1;
  return equal;
}
