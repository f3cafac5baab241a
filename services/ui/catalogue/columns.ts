/**
 * All samples of an output as columns: numbers in typed arrays, few different texts as codes. So a
 * million samples take little memory, and no document is loaded to filter or sort them. Pure.
 */
import type { SampleRow } from '../api.ts';
import type { ShardRow, ShardRows } from './rows.ts';

/** Numbers of a sample, each with a typed array of its own. */
const numberColumns = [
  'files',
  'tokens',
  'trained',
  'bytes',
  'lacks',
  'pieces',
  'held',
  'licence',
  'teacher',
  'scorer',
  'targetBytes',
  'bitsBefore',
  'bitsAfter',
] as const;
export type NumberColumn = (typeof numberColumns)[number];

/** Different texts of a column, with the code of each. */
export interface Codes {
  readonly texts: readonly string[];
  codeOf(text: string): number;
}

export interface Columns {
  readonly size: number;
  /** Shards that were added: what was derived from the columns before the last one is old. */
  readonly version: number;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly origins: readonly string[];
  readonly licences: Codes;
  readonly teachers: Codes;
  readonly scorers: Codes;
  /** Different repositories. */
  readonly repositories: number;
  readonly lacks: ReadonlyMap<string, number>;
  number(column: NumberColumn, row: number): number;
  /** Those of all rows, as they are now; not to be written to. */
  numbers(column: NumberColumn): Float64Array;
  rowOf(id: string): number | undefined;
  /** Rows of a repository by its exact name. */
  rowsNamed(name: string): readonly number[];
  view(row: number): SampleRow;
  add(shard: ShardRows): void;
}

const capacityMin = 1024;

export function createColumns(): Columns {
  const numbers = new Map(
    numberColumns.map((name) => [name, new Float64Array(capacityMin)] as const),
  );
  const ids: string[] = [];
  const names: string[] = [];
  const origins: string[] = [];
  const episodes: (string | null)[] = [];
  const [licences, teachers, scorers] = [createCodes(), createCodes(), createCodes()];
  const rows = new Map<string, number>();
  const repositories = new Set<string>();
  const lacks = new Map<string, number>();
  let version = 0;

  const arrayOf = (name: NumberColumn) => numbers.get(name) as Float64Array;
  const number = (name: NumberColumn, row: number) => arrayOf(name)[row] ?? 0;
  const set = (name: NumberColumn, row: number, value: number) => {
    const held = arrayOf(name);
    if (row < held.length) {
      held[row] = value;
      return;
    }
    const larger = new Float64Array(Math.max(row + 1, held.length * 2));
    larger.set(held);
    larger[row] = value;
    numbers.set(name, larger);
  };
  const increase = (name: NumberColumn, row: number, by: number) =>
    set(name, row, number(name, row) + by);

  const newRow = (sample: ShardRow): number => {
    const row = ids.length;
    ids.push(sample.id);
    names.push(sample.name);
    origins.push(sample.origin);
    episodes.push(sample.episode);
    rows.set(sample.id, row);
    repositories.add(sample.repositoryId);
    set('licence', row, licences.codeOf(sample.licence));
    set('teacher', row, teachers.codeOf(sample.teacher));
    set('scorer', row, scorers.codeOf(sample.scorer));
    set('bytes', row, sample.bytes);
    set('pieces', row, sample.pieces);
    set('targetBytes', row, sample.gain?.targetBytes ?? 0);
    set('bitsBefore', row, sample.gain?.bitsBefore ?? 0);
    set('bitsAfter', row, sample.gain?.bitsAfter ?? 0);
    return row;
  };

  const addRow = (sample: ShardRow) => {
    const row = rows.get(sample.id) ?? newRow(sample);
    increase('held', row, sample.held);
    increase('tokens', row, sample.tokens);
    increase('trained', row, sample.trained);
    if (sample.first === null) return;
    set('files', row, sample.first.files);
    for (const [what, count] of Object.entries(sample.first.lacks)) {
      increase('lacks', row, count);
      lacks.set(what, (lacks.get(what) ?? 0) + count);
    }
  };

  return {
    get size() {
      return ids.length;
    },
    get version() {
      return version;
    },
    get repositories() {
      return repositories.size;
    },
    ids,
    names,
    origins,
    licences,
    teachers,
    scorers,
    lacks,
    number,
    numbers: (name) => arrayOf(name).subarray(0, ids.length),
    rowOf: (id) => rows.get(id),
    rowsNamed: (name) => {
      const found: number[] = [];
      for (let row = names.indexOf(name); row >= 0; row = names.indexOf(name, row + 1)) {
        found.push(row);
      }
      return found;
    },
    view: (row) => {
      const targetBytes = number('targetBytes', row);
      const bits = { bitsBefore: number('bitsBefore', row), bitsAfter: number('bitsAfter', row) };
      return {
        id: ids[row] ?? '',
        name: names[row] ?? '',
        episode: episodes[row] ?? null,
        origin: origins[row] ?? '',
        licence: licences.texts[number('licence', row)] ?? '',
        files: number('files', row),
        tokens: number('tokens', row),
        trainedTokens: number('trained', row),
        bytes: number('bytes', row),
        lacks: number('lacks', row),
        gain: targetBytes === 0 ? null : { targetBytes, ...bits },
        complete: number('held', row) === number('pieces', row),
      };
    },
    add: (shard) => {
      version += 1;
      for (const sample of shard.rows) addRow(sample);
    },
  };
}

function createCodes(): Codes {
  const texts: string[] = [];
  const codes = new Map<string, number>();
  return {
    texts,
    codeOf: (text) => {
      const known = codes.get(text);
      if (known !== undefined) return known;
      codes.set(text, texts.length);
      texts.push(text);
      return texts.length - 1;
    },
  };
}
