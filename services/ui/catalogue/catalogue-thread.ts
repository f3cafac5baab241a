/**
 * Holds the catalogue of an output beside the main loop: sorting or filtering a million samples for
 * the first time takes longer than anyone may wait who asks for something else. What takes long is
 * done in slices, so that short questions come between them; when nobody asks, the slowest order is
 * made in advance.
 */
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { answerQuestions } from '../../runtime/thread.ts';
import type { SamplePage, SampleRow, Totals } from '../api.ts';
import { createCatalogue } from './catalogue.ts';
import { pageOfSamples, queryOf, type SampleQuestion } from './query.ts';
import type { ShardRows } from './rows.ts';
import type { TotalsHead } from './totals.ts';

export type CatalogueQuestion =
  /** The next shard, with its rows as JSON. It is answered with the number of shards then. */
  | { readonly add: ManifestShard; readonly rows: Uint8Array }
  /** Null while there is more to do: it is asked again. All shards until `since` are wanted. */
  | { readonly samples: SampleQuestion; readonly since: number }
  | { readonly id: string }
  /** Samples of a repository by its exact name, so many at most. */
  | { readonly name: string; readonly most: number }
  | { readonly totals: TotalsHead };

/** A sample, and the shards that hold its pieces. */
export interface FoundSample {
  readonly row: SampleRow;
  readonly shards: readonly ManifestShard[];
}

export type CatalogueAnswer =
  | number
  | SamplePage
  | FoundSample
  | readonly FoundSample[]
  | Totals
  | null;

const catalogue = createCatalogue();
const { columns, finder } = catalogue;

function found(row: number): FoundSample {
  const view = columns.view(row);
  return { row: view, shards: catalogue.shardsOf(view.id) };
}

/** A catalogue that is being filled is asked again sooner than that. */
const idleMs = 250;
let idle: NodeJS.Timeout | undefined;

/** In slices, between which whoever asks comes first. */
function workAhead(): void {
  if (finder.stepAhead()) idle = setTimeout(workAhead);
}

function answer(question: CatalogueQuestion): CatalogueAnswer {
  if ('add' in question) {
    const rows = Buffer.from(question.rows).toString('utf8');
    catalogue.add(question.add, JSON.parse(rows) as ShardRows);
    return catalogue.shardsRead;
  }
  if ('samples' in question) {
    const given = finder.step(queryOf(question.samples), question.since);
    return given === null ? null : pageOfSamples(columns, given, question.samples);
  }
  if ('id' in question) {
    const row = columns.rowOf(question.id);
    return row === undefined ? null : found(row);
  }
  if ('totals' in question) return catalogue.totals(question.totals);
  return columns.rowsNamed(question.name).slice(0, question.most).map(found);
}

answerQuestions<CatalogueQuestion, CatalogueAnswer>((question) => {
  clearTimeout(idle);
  try {
    return answer(question);
  } finally {
    idle = setTimeout(workAhead, idleMs);
  }
});
