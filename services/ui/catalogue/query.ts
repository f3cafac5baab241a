/**
 * Filters and sorts the samples of a catalogue. An order is made once for each state of the
 * columns, and a filter walks it; the last answers are kept, since a reader turns pages. Pure.
 */
import type { SamplePage, SortColumn } from '../api.ts';
import type { Columns } from './columns.ts';
import { type OtherSort, orderByName, orderOf, type Slices } from './order.ts';

export interface Query {
  /** Part of a name, an origin or a licence, or the start of an id; empty for all. */
  readonly text: string;
  /** Exactly this licence; null for any. */
  readonly licence: string | null;
  readonly tokensMin: number;
  readonly tokensMax: number;
  /** Only samples that were written without something. */
  readonly lacking: boolean;
  /** Only samples that the search worked on. */
  readonly searched: boolean;
  readonly sort: SortColumn;
  readonly descending: boolean;
}

export interface Finder {
  find(query: Query): Found;
  /**
   * Works on it for some milliseconds; null while there is more to do. The answer is of the columns
   * as they were at `since`, a version of theirs, or later.
   */
  step(query: Query, since?: number): Found | null;
  /**
   * Works for some milliseconds on the order that takes longest, by name, before someone asks for
   * it; false where there is nothing to do. It costs four bytes a row.
   */
  stepAhead(): boolean;
}

export interface Found {
  /** Rows that match, in the wanted order. */
  readonly rows: Uint32Array;
  /** Samples that there were to be found. */
  readonly samples: number;
}

/** As the page asks; what is absent leaves nothing out. */
export interface SampleQuestion {
  readonly q: string;
  readonly licence?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Set, whatever to: only these. */
  readonly lacking?: string | undefined;
  readonly searched?: string | undefined;
  readonly sort: SortColumn;
  readonly desc?: string | undefined;
  readonly from: number;
  readonly count: number;
}

export function queryOf(question: Omit<SampleQuestion, 'from' | 'count'>): Query {
  return {
    text: question.q,
    licence: question.licence ?? null,
    tokensMin: question.min ?? 0,
    tokensMax: question.max ?? Number.POSITIVE_INFINITY,
    lacking: question.lacking !== undefined,
    searched: question.searched !== undefined,
    sort: question.sort,
    descending: question.desc !== undefined,
  };
}

export function pageOfSamples(
  columns: Columns,
  { rows, samples }: Found,
  { from, count }: Pick<SampleQuestion, 'from' | 'count'>,
): SamplePage {
  const shown = [...rows.subarray(from, from + count)].map((row) => columns.view(row));
  return { samples, matched: rows.length, from, rows: shown };
}

const answersKeptMax = 8;

interface Order {
  readonly version: number;
  readonly slices: Slices<Uint32Array>;
  rows: Uint32Array | null;
}

export function createFinder(columns: Columns): Finder {
  const orders = new Map<OtherSort, Order>();
  const names = createNameOrder(columns);
  const answers = new Map<string, { version: number; found: Found }>();
  /**
   * Answers in the making, each for whoever asks until it is there. None may give way to another:
   * of too many, all would begin again and again.
   */
  const begun = new Map<string, Slices<Found>>();
  /** Whoever wants an order works on the same one. */
  function* orderBy(sort: SortColumn): Slices<Uint32Array> {
    if (sort === 'name') return yield* names.order();
    const { version } = columns;
    const known = orders.get(sort);
    const slices = orderOf(columns, sort);
    const order: Order = known?.version === version ? known : { version, slices, rows: null };
    orders.set(sort, order);
    while (order.rows === null) {
      const { done, value } = order.slices.next();
      if (done === true) order.rows = value;
      else yield;
    }
    return order.rows;
  }
  function* find(query: Query, key: string): Slices<Found> {
    const { version } = columns;
    const order = yield* orderBy(query.sort);
    const rows = yield* filter(columns, order, query);
    const found = { rows, samples: order.length };
    answers.delete(key);
    answers.set(key, { version, found });
    if (answers.size > answersKeptMax) answers.delete([...answers.keys()][0] ?? '');
    return found;
  }
  const step = (query: Query, since = columns.version): Found | null => {
    const key = JSON.stringify(query);
    // What was begun for an older state may lack what is wanted now.
    const name = `${since} ${key}`;
    const known = answers.get(key);
    if (known !== undefined && known.version >= since) {
      begun.delete(name);
      return known.found;
    }
    const work = begun.get(name) ?? find(query, key);
    begun.set(name, work);
    const { done, value } = work.next();
    if (done !== true) return null;
    begun.delete(name);
    return value;
  };
  return {
    step,
    stepAhead: names.step,
    find: (query) => {
      for (;;) {
        const found = step(query);
        if (found !== null) return found;
      }
    },
  };
}

interface NameOrder {
  /** Of all rows of now at least. */
  order(): Slices<Uint32Array>;
  /** Whether there was something to do. */
  step(): boolean;
}

/** Of a data set that grows, it is made once; rows that come in are put among the others. */
function createNameOrder(columns: Columns): NameOrder {
  let rows: Uint32Array = new Uint32Array();
  let slices: Slices<Uint32Array> | null = null;
  const step = () => {
    if (rows.length === columns.size) return false;
    slices ??= orderByName(columns, rows);
    const { done, value } = slices.next();
    if (done === true) [rows, slices] = [value, null];
    return true;
  };
  return {
    step,
    *order() {
      const { size } = columns;
      while (rows.length < size) {
        step();
        if (rows.length < size) yield;
      }
      return rows;
    },
  };
}

/** Rows that are looked at in one slice. */
const sliceRows = 65_536;

function* filter(columns: Columns, order: Uint32Array, query: Query): Slices<Uint32Array> {
  const isWanted = matcher(columns, query);
  // Row by row first: in the wanted order, each look would be at another place of the memory.
  const wanted = new Uint8Array(order.length);
  for (let row = 0; row < wanted.length; row += 1) {
    wanted[row] = Number(isWanted(row));
    if (row % sliceRows === sliceRows - 1) yield;
  }
  const found = new Uint32Array(order.length);
  let count = 0;
  for (let place = 0; place < order.length; place += 1) {
    const row = order[query.descending ? order.length - 1 - place : place] ?? 0;
    if (wanted[row] !== 1) continue;
    found[count] = row;
    count += 1;
  }
  return found.slice(0, count);
}

function matcher(columns: Columns, query: Query): (row: number) => boolean {
  const { licence, tokensMin, tokensMax, lacking, searched } = query;
  const { names, origins, ids, licences } = columns;
  const [tokens, codes] = [columns.numbers('tokens'), columns.numbers('licence')];
  const [lacks, targets] = [columns.numbers('lacks'), columns.numbers('targetBytes')];
  const text = query.text.toLowerCase();
  const licenceHits = licences.texts.map((each) => each.toLowerCase().includes(text));
  const holdsText = (row: number) =>
    text === '' ||
    (names[row] ?? '').toLowerCase().includes(text) ||
    (origins[row] ?? '').toLowerCase().includes(text) ||
    (ids[row] ?? '').startsWith(text) ||
    licenceHits[codes[row] ?? -1] === true;
  const code = licence === null ? null : licences.texts.indexOf(licence);
  return (row) => {
    const length = tokens[row] ?? 0;
    if (length < tokensMin || length > tokensMax) return false;
    if (code !== null && codes[row] !== code) return false;
    if (lacking && lacks[row] === 0) return false;
    if (searched && targets[row] === 0) return false;
    return holdsText(row);
  };
}
