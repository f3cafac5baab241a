/**
 * Runs of 13 words that benchmark texts hold, as 64-bit hashes, and how a text is searched for
 * them. Words are letters, digits and underscores without regard to case; a run that crosses from
 * one text of a benchmark into the next does not count. Pure.
 */
import { mix, power } from '../../../runtime/hashes/mix.ts';

/** As in GPT-3's and The Pile's decontamination. */
export const runWords = 13;

const slotsMin = 1_024;
/** Runs of all benchmarks together; the table takes 20 to 40 bytes for each. */
export const runsMax = 16_000_000;

export class BenchmarkRuns {
  /** Two words for each slot; both are 0 where it is empty. */
  #hashes = new Uint32Array(slotsMin * 2);
  /** Which benchmark the run of a slot is from. */
  #owners = new Uint16Array(slotsMin);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(text: string, owner: number): void {
    forEachRun(text, (high, low) => {
      this.#put(high, low, owner);
      return false;
    });
  }

  /** The benchmark of the first run that the text shares with one; null if it shares none. */
  find(text: string): number | null {
    let found: number | null = null;
    forEachRun(text, (high, low) => {
      const slot = this.#slotOf(high, low);
      if (!this.#isTaken(slot)) return false;
      found = this.#owners[slot] as number;
      return true;
    });
    return found;
  }

  #put(high: number, low: number, owner: number): void {
    const slot = this.#slotOf(high, low);
    // A run of two benchmarks is the first one's.
    if (this.#isTaken(slot)) return;
    this.#hashes[2 * slot] = high;
    this.#hashes[2 * slot + 1] = low;
    this.#owners[slot] = owner;
    this.#size += 1;
    if (this.#size * 2 > this.#owners.length) this.#grow();
  }

  /** Where the run is, or the empty slot where it belongs. */
  #slotOf(high: number, low: number): number {
    const slots = this.#owners.length;
    let slot = high % slots;
    while (this.#isTaken(slot) && !this.#holds(slot, high, low)) slot = (slot + 1) % slots;
    return slot;
  }

  #isTaken(slot: number): boolean {
    return this.#hashes[2 * slot] !== 0 || this.#hashes[2 * slot + 1] !== 0;
  }

  #holds(slot: number, high: number, low: number): boolean {
    return this.#hashes[2 * slot] === high && this.#hashes[2 * slot + 1] === low;
  }

  #grow(): void {
    const [hashes, owners] = [this.#hashes, this.#owners];
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#owners = new Uint16Array(owners.length * 2);
    this.#size = 0;
    for (let slot = 0; slot < owners.length; slot++) {
      const [high, low] = [hashes[2 * slot] as number, hashes[2 * slot + 1] as number];
      if (high !== 0 || low !== 0) this.#put(high, low, owners[slot] as number);
    }
  }
}

const prime = 0x01000193;
const bases = [0x9e3779b1, 0x85ebca6b] as const;

/** Base to the number of words in a run: what a word has become when it leaves the run. */
const leaving = [power(bases[0], runWords), power(bases[1], runWords)] as const;

/** Calls `visit` with the two hashes of each run, until it returns true. */
function forEachRun(text: string, visit: (high: number, low: number) => boolean): void {
  const window = [new Int32Array(runWords), new Int32Array(runWords)] as const;
  let [high, low, words] = [0, 0, 0];
  let [first, second, isOpen] = [0, 0, false];
  for (let at = 0; at <= text.length; at++) {
    const letter = at < text.length ? letterOf(text.charCodeAt(at)) : 0;
    if (letter !== 0) {
      first = Math.imul((isOpen ? first : 0x811c9dc5) ^ letter, prime);
      second = Math.imul((isOpen ? second : 0x2545f491) ^ letter, prime);
      isOpen = true;
      continue;
    }
    if (!isOpen) continue;
    isOpen = false;
    const place = words % runWords;
    const entered = [mix(first) | 0, mix(second) | 0] as const;
    high =
      Math.imul(high, bases[0]) + entered[0] - Math.imul(window[0][place] as number, leaving[0]);
    low = Math.imul(low, bases[1]) + entered[1] - Math.imul(window[1][place] as number, leaving[1]);
    window[0][place] = entered[0];
    window[1][place] = entered[1];
    words += 1;
    if (words >= runWords && visit(mix(high | 0), mix(low | 0))) return;
  }
}

/** The letter in lower case; 0 for what is between words. */
function letterOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code;
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  if (code >= 0x30 && code <= 0x39) return code;
  return code === 0x5f || code >= 0xc0 ? code : 0;
}
