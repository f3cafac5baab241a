/**
 * Orders of the rows of a catalogue. A million rows take a while, so an order is made in slices:
 * whoever wants it can do something else in between. Pure.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { SortColumn } from '../api.ts';
import type { Columns } from './columns.ts';

/** Work in slices of some milliseconds; returns what it made. */
export type Slices<Value> = Generator<undefined, Value>;

export type OtherSort = Exclude<SortColumn, 'name'>;

/** Rows from the least to the greatest; equal ones stay in the order of the data set. */
export function* orderOf(columns: Columns, sort: OtherSort): Slices<Uint32Array> {
  if (sort === 'order') return range(0, columns.size);
  return yield* byNumber(numbersOf(columns, sort));
}

/** About so many others are looked at for a row that is put among them. */
const looksOfRow = 20;

/**
 * As `orderOf`, by name, from the order of the first rows, `known`, which may be empty: rows are
 * only added, and keep their names.
 */
export function* orderByName(columns: Columns, known: Uint32Array): Slices<Uint32Array> {
  const { names, size } = columns;
  const added = size - known.length;
  if (added * looksOfRow > size) return yield* byText(names, range(0, size));
  return yield* merged(names, known, yield* byText(names, range(known.length, size)));
}

function numbersOf(columns: Columns, sort: Exclude<OtherSort, 'order'>): Float64Array {
  const { size } = columns;
  if (sort === 'licence') {
    const { texts } = columns.licences;
    const sorted = [...texts.keys()].sort((a, b) => compareText(texts[a] ?? '', texts[b] ?? ''));
    const ranks = new Map(sorted.map((code, rank) => [code, rank]));
    return columns.numbers('licence').map((code) => ranks.get(code) ?? 0);
  }
  if (sort === 'trained') {
    const [tokens, values] = [columns.numbers('tokens'), columns.numbers('trained').slice()];
    for (let row = 0; row < size; row += 1) {
      values[row] = (values[row] ?? 0) / Math.max(1, tokens[row] ?? 0);
    }
    return values;
  }
  if (sort !== 'gain') return columns.numbers(sort).slice();
  const [befores, afters] = [columns.numbers('bitsBefore'), columns.numbers('bitsAfter')];
  const values = new Float64Array(size);
  // The share of the bits that the search saved; samples without a search come first.
  for (let row = 0; row < size; row += 1) {
    const before = befores[row] ?? 0;
    values[row] = before === 0 ? -1 : (before - (afters[row] ?? 0)) / before;
  }
  return values;
}

const digitBits = 11;
const digits = 1 << digitBits;
const shifts = [0, digitBits, 2 * digitBits] as const;

/**
 * Places of the numbers from the least to the greatest. It sorts by their bits, eleven at a time
 * from the last ones on: comparing them would take five times as long. `values` is used up.
 */
function* byNumber(values: Float64Array): Slices<Uint32Array> {
  const { length } = values;
  const halves = new Uint32Array(values.buffer, values.byteOffset, length * 2);
  for (let place = 0; place < length; place += 1) {
    const [low, high] = [halves[2 * place] ?? 0, halves[2 * place + 1] ?? 0];
    // A number below zero has its first bit set, and grows as the others fall. There is no -0 here.
    const isBelow = high >>> 31 === 1;
    halves[2 * place] = isBelow ? ~low : low;
    halves[2 * place + 1] = isBelow ? ~high : high ^ 0x8000_0000;
  }
  let order = range(0, length);
  let next = new Uint32Array(length);
  for (const half of [0, 1]) {
    for (const shift of shifts) {
      if (length > sliceRows) yield;
      const digitAt = (place: number) => ((halves[2 * place + half] ?? 0) >>> shift) & (digits - 1);
      const starts = new Uint32Array(digits + 1);
      for (let place = 0; place < length; place += 1) {
        const after = digitAt(place) + 1;
        starts[after] = (starts[after] ?? 0) + 1;
      }
      // All have the same one.
      if (starts.includes(length)) continue;
      for (let digit = 0; digit < digits; digit += 1) {
        starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
      }
      for (let at = 0; at < length; at += 1) {
        const place = order[at] ?? 0;
        const digit = digitAt(place);
        const to = starts[digit] ?? 0;
        next[to] = place;
        starts[digit] = to + 1;
      }
      [order, next] = [next, order];
    }
  }
  return order;
}

function range(from: number, to: number): Uint32Array<ArrayBuffer> {
  const numbers = new Uint32Array(to - from);
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = from + at;
  return numbers;
}

/** Work on so many rows is a slice. */
const sliceRows = 65_536;
/** Fewer are sorted by comparing them. */
const comparedMax = 2_048;
/** Characters that fit one number. */
const keyCharacters = 3;

/**
 * Sorts texts by a few characters as numbers, behind what all begin with, and those that are equal
 * so far by the next ones. `order` are their places as they came in, and is used up.
 */
function* byText(texts: readonly string[], order: Uint32Array): Slices<Uint32Array> {
  const left: (readonly [from: number, to: number, characters: number])[] = [[0, order.length, 0]];
  let compared = 0;
  const compare = (a: number, b: number) => compareText(texts[a] ?? '', texts[b] ?? '') || a - b;
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const [from, to, known] = part;
    const rows = order.subarray(from, to);
    if (rows.length <= comparedMax) {
      rows.sort(compare);
      compared += rows.length;
      if (compared > sliceRows) yield;
      compared %= sliceRows;
      continue;
    }
    const start = known + sharedLength(texts, rows, known);
    const end = start + 2 * keyCharacters;
    yield;
    // In the order of the data set: texts lie in the memory as they came in.
    const [firsts, seconds] = [new Float64Array(rows.length), new Float64Array(rows.length)];
    for (let place = 0; place < rows.length; place += 1) {
      const text = texts[rows[place] ?? 0] ?? '';
      firsts[place] = keyAt(text, start);
      seconds[place] = keyAt(text, start + keyCharacters);
    }
    const bySecond = yield* byNumber(seconds.slice());
    const byBoth = yield* byNumber(picked(firsts, bySecond));
    const places = picked(bySecond, byBoth);
    rows.set(picked(rows, places));
    yield;
    for (let first = 0, after = 1; first < rows.length; first = after, after += 1) {
      const place = places[first] ?? 0;
      const isSame = (other: number) =>
        firsts[place] === firsts[other] && seconds[place] === seconds[other];
      while (after < rows.length && isSame(places[after] ?? 0)) after += 1;
      if (after === first + 1) continue;
      // Texts that end here are the same.
      const { length } = texts[rows[first] ?? 0] ?? '';
      if (length >= end) left.push([from + first, from + after, end]);
    }
  }
  return order;
}

/** Rows that are put among others in one slice. */
const putRows = 4_096;

/** One order of two; the rows of `added` came later. */
function* merged(
  texts: readonly string[],
  known: Uint32Array,
  added: Uint32Array,
): Slices<Uint32Array> {
  const order = new Uint32Array(known.length + added.length);
  let taken = 0;
  for (let put = 0; put < added.length; put += 1) {
    const row = added[put] ?? 0;
    const to = placeAfter(texts, known, texts[row] ?? '', taken);
    order.set(known.subarray(taken, to), taken + put);
    order[to + put] = row;
    taken = to;
    if (put % putRows === putRows - 1) yield;
  }
  order.set(known.subarray(taken), taken + added.length);
  return order;
}

/** The first place, of `from` and those after it, whose text comes after this one. */
function placeAfter(
  texts: readonly string[],
  order: Uint32Array,
  text: string,
  from: number,
): number {
  let [low, high] = [from, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(texts[order[middle] ?? 0] ?? '', text) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The values at these places. */
function picked<Numbers extends Uint32Array | Float64Array>(
  values: Numbers,
  places: Uint32Array,
): Numbers {
  const found = values.slice() as Numbers;
  for (let at = 0; at < places.length; at += 1) found[at] = values[places[at] ?? 0] ?? 0;
  return found;
}

/** Characters after the known ones that all these texts have in common. */
function sharedLength(texts: readonly string[], rows: Uint32Array, known: number): number {
  let shared = texts[rows[0] ?? 0]?.slice(known) ?? '';
  for (let at = 1; at < rows.length && shared !== ''; at += 1) {
    const text = texts[rows[at] ?? 0] ?? '';
    while (!text.startsWith(shared, known)) shared = shared.slice(0, -1);
  }
  return shared.length;
}

/** Greater for a text that comes later by these characters; the end of a text comes first. */
function keyAt(text: string, from: number): number {
  let key = 0;
  for (let at = from; at < from + keyCharacters; at += 1) {
    key = key * 65_537 + (at < text.length ? text.charCodeAt(at) + 1 : 0);
  }
  return key;
}
