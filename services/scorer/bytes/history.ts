/**
 * What the model has seen: the last bytes, the hashed contexts of the next byte, and the longest
 * earlier place that matches the present one. Pure bookkeeping; it predicts nothing itself.
 */
import type { Arena } from './arena.ts';

/** Orders 1, 2, 3, 4 and 6, the word so far, the word after its predecessor, and order 0. */
export const contextCount = 8;

const historyBits = 18;
const historyMask = (1 << historyBits) - 1;
const matchBits = 16;
/** Five bytes rarely agree by chance in code, and still catch the start of most identifiers. */
const matchLengthMin = 5;
const matchLengthMax = 0xffff;
/** How far back a new match is verified; longer ones grow as they go. */
const matchVerifyMax = 32;

const multiplierA = 0x3d4d51cb;
const multiplierB = 0x2c1b3c6d;
const multiplierC = 0x1b873593;
const multiplierWord = 0x2f0b4a27;
const multiplierMatch = 0x9e3779b1;

/** Places in the `numbers` piece. */
const position = 0;
const length = 1;
const pointer = 2;
const word = 3;
const wordBefore = 4;
const numberCount = 8;

export const historyPieces = [
  { name: 'history', bytes: 1 << historyBits },
  { name: 'matches', bytes: 4 << matchBits },
  { name: 'numbers', bytes: 4 * numberCount },
  { name: 'hashes', bytes: 4 * contextCount },
] as const;

/** 1 for letters, digits, `_`, `$` and every byte of a non-ASCII character. */
const isWordByte = Uint8Array.from({ length: 256 }, (_unused, byte) =>
  byte >= 128 || /[\w$]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

export class History {
  /** One hash per context of the next byte. */
  readonly hashes: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #matches: Int32Array;
  readonly #numbers: Int32Array;

  constructor(arena: Arena) {
    this.hashes = arena.int32('hashes', contextCount);
    this.#bytes = arena.uint8('history', 1 << historyBits);
    this.#matches = arena.int32('matches', 1 << matchBits);
    this.#numbers = arena.int32('numbers', numberCount);
  }

  /** How many bytes before the present place equal those before the match; 0 without a match. */
  get matchLength(): number {
    return this.#numbers[length] as number;
  }

  /** The byte that followed the matched place. */
  get matchByte(): number {
    return this.#bytes[this.#numbers[pointer] as number] as number;
  }

  push(byte: number): void {
    const numbers = this.#numbers;
    const place = numbers[position] as number;
    // A match whose byte was wrong is over.
    if (this.matchByte !== byte) numbers[length] = 0;
    this.#bytes[place & historyMask] = byte;
    // Positions run up to 2^30 and then stay small, far beyond the longest bounded request.
    numbers[position] = (place + 1) & 0x3fffffff;
    this.#hashContexts(byte);
    this.#followMatch();
  }

  #hashContexts(byte: number): void {
    const hashes = this.hashes;
    const numbers = this.#numbers;
    const last2 = byte | (this.#back(2) << 8);
    const last3 = last2 | (this.#back(3) << 16);
    const last4 = last3 | (this.#back(4) << 24);
    const before4 = this.#back(5) | (this.#back(6) << 8);
    if (isWordByte[byte] === 1) {
      numbers[word] = Math.imul((numbers[word] as number) + byte + 1, multiplierWord);
    } else if (numbers[word] !== 0) {
      numbers[wordBefore] = numbers[word] as number;
      numbers[word] = 0;
    }
    const inWord = numbers[word] as number;
    const separator = inWord === 0 ? byte : 0;
    hashes[0] = Math.imul(byte + 0x100, multiplierA);
    hashes[1] = Math.imul(last2 + 0x20000, multiplierA);
    hashes[2] = Math.imul(last3 + 0x3000000, multiplierA);
    hashes[3] = Math.imul(last4 ^ 0x5bd1e995, multiplierA) + 4;
    hashes[4] = Math.imul(Math.imul(last4, multiplierB) + before4 + 0x60000, multiplierA) + 6;
    hashes[5] = Math.imul(inWord + 0x70007, multiplierA) + separator + 7;
    const pair = inWord + Math.imul(numbers[wordBefore] as number, multiplierC);
    hashes[6] = Math.imul(pair + 0x80007, multiplierA) + separator + 8;
  }

  #followMatch(): void {
    const numbers = this.#numbers;
    const place = numbers[position] as number;
    const last4 =
      this.#back(1) | (this.#back(2) << 8) | (this.#back(3) << 16) | (this.#back(4) << 24);
    const hashed = Math.imul(Math.imul(last4, multiplierB) + this.#back(5), multiplierMatch);
    const entry = hashed >>> (32 - matchBits);
    const matched = numbers[length] as number;
    if (matched > 0) {
      numbers[pointer] = ((numbers[pointer] as number) + 1) & historyMask;
      if (matched < matchLengthMax) numbers[length] = matched + 1;
    } else {
      const candidate = this.#matches[entry] as number;
      const agreed = candidate === 0 ? 0 : this.#agreement(candidate, place);
      numbers[length] = agreed < matchLengthMin ? 0 : agreed;
      numbers[pointer] = candidate & historyMask;
    }
    this.#matches[entry] = place;
  }

  /** How many bytes before the two places are equal, up to the verified length. */
  #agreement(candidate: number, place: number): number {
    const bytes = this.#bytes;
    const most = Math.min(matchVerifyMax, candidate);
    let count = 0;
    while (
      count < most &&
      bytes[(candidate - 1 - count) & historyMask] === bytes[(place - 1 - count) & historyMask]
    ) {
      count += 1;
    }
    return count;
  }

  #back(distance: number): number {
    const place = (this.#numbers[position] as number) - distance;
    return this.#bytes[place & historyMask] as number;
  }
}
