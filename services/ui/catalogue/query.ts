/**
 * Filters and sorts the samples of a catalogue. An order is made once for each state of the
 * columns, and a filter walks it; the last answers are kept, since a reader turns pages. Pure.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { SamplePage, SortColumn } from '../api.ts';
import type { Columns } from './columns.ts';

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
  /** Rows that match, in the wanted order. */
  find(query: Query): Uint32Array;
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

export function pageOfSamples(
  columns: Columns,
  finder: Finder,
  { from, count, ...question }: SampleQuestion,
): SamplePage {
  const found = finder.find({
    text: question.q,
    licence: question.licence ?? null,
    tokensMin: question.min ?? 0,
    tokensMax: question.max ?? Number.POSITIVE_INFINITY,
    lacking: question.lacking !== undefined,
    searched: question.searched !== undefined,
    sort: question.sort,
    descending: question.desc !== undefined,
  });
  const rows = [...found.subarray(from, from + count)].map((row) => columns.view(row));
  return { samples: columns.size, matched: found.length, from, rows };
}

const answersKeptMax = 8;

export function createFinder(columns: Columns): Finder {
  let version = -1;
  const orders = new Map<SortColumn, Uint32Array>();
  const answers = new Map<string, Uint32Array>();
  const orderBy = (sort: SortColumn) => {
    const order = orders.get(sort) ?? orderOf(columns, sort);
    orders.set(sort, order);
    return order;
  };
  return {
    find: (query) => {
      if (version !== columns.version) {
        orders.clear();
        answers.clear();
        version = columns.version;
      }
      const key = JSON.stringify(query);
      const known = answers.get(key);
      if (known !== undefined) return known;
      const found = filter(columns, orderBy(query.sort), query);
      if (answers.size >= answersKeptMax) answers.delete([...answers.keys()][0] ?? '');
      answers.set(key, found);
      return found;
    },
  };
}

function filter(columns: Columns, order: Uint32Array, query: Query): Uint32Array {
  const isWanted = matcher(columns, query);
  // Row by row first: in the wanted order, each look would be at another place of the memory.
  const wanted = new Uint8Array(columns.size);
  for (let row = 0; row < wanted.length; row += 1) wanted[row] = Number(isWanted(row));
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
  const text = query.text.toLowerCase();
  const licenceHits = columns.licences.texts.map((each) => each.toLowerCase().includes(text));
  const holdsText = (row: number) =>
    text === '' ||
    (columns.names[row] ?? '').toLowerCase().includes(text) ||
    (columns.origins[row] ?? '').toLowerCase().includes(text) ||
    (columns.ids[row] ?? '').startsWith(text) ||
    licenceHits[columns.number('licence', row)] === true;
  const code = licence === null ? null : columns.licences.texts.indexOf(licence);
  return (row) => {
    const tokens = columns.number('tokens', row);
    if (tokens < tokensMin || tokens > tokensMax) return false;
    if (code !== null && columns.number('licence', row) !== code) return false;
    if (lacking && columns.number('lacks', row) === 0) return false;
    if (searched && columns.number('targetBytes', row) === 0) return false;
    return holdsText(row);
  };
}

/** Rows from the least to the greatest; equal ones stay in the order of the data set. */
function orderOf(columns: Columns, sort: SortColumn): Uint32Array {
  const order = new Uint32Array(columns.size);
  for (let row = 0; row < order.length; row += 1) order[row] = row;
  if (sort === 'order') return order;
  if (sort === 'name') {
    const { names } = columns;
    return order.sort((a, b) => compareText(names[a] ?? '', names[b] ?? '') || a - b);
  }
  if (sort === 'licence') {
    const { texts } = columns.licences;
    const ranks = new Float64Array(texts.length);
    const sorted = [...texts.keys()].sort((a, b) => compareText(texts[a] ?? '', texts[b] ?? ''));
    for (const [rank, code] of sorted.entries()) ranks[code] = rank;
    return byNumber(order, (row) => ranks[columns.number('licence', row)] ?? 0);
  }
  return byNumber(order, numberOf(columns, sort));
}

function byNumber(order: Uint32Array, value: (row: number) => number): Uint32Array {
  const values = new Float64Array(order.length);
  for (let row = 0; row < values.length; row += 1) values[row] = value(row);
  return order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}

function numberOf(
  columns: Columns,
  sort: Exclude<SortColumn, 'order' | 'name' | 'licence'>,
): (row: number) => number {
  const { number } = columns;
  if (sort === 'trained')
    return (row) => number('trained', row) / Math.max(1, number('tokens', row));
  if (sort !== 'gain') return (row) => number(sort, row);
  // The share of the bits that the search saved; samples without a search come first.
  return (row) => {
    const before = number('bitsBefore', row);
    return before === 0 ? -1 : (before - number('bitsAfter', row)) / before;
  };
}
