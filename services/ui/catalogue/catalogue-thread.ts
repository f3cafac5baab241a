/**
 * Holds the catalogue of an output beside the main loop: reading a shard, and sorting or filtering
 * a million samples for the first time, take longer than anyone may wait who asks for something
 * else. What takes long is done in slices, so that short questions come between them; when nobody
 * asks, the slowest order is made in advance.
 */
import { workerData } from 'node:worker_threads';
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { openObjects, type StorePlace } from '../../runtime/store/objects/open.ts';
import { answerQuestions } from '../../runtime/thread.ts';
import type { SamplePage, SampleRow, Totals } from '../api.ts';
import { createCatalogue } from './catalogue.ts';
import { pageOfSamples, queryOf, type SampleQuestion } from './query.ts';
import type { TotalsHead } from './totals.ts';

export interface CatalogueThreadData {
  readonly place: StorePlace;
  /** Null where nothing shall be kept. */
  readonly cacheFolder: string | null;
}

export type CatalogueQuestion =
  | { readonly add: ManifestShard }
  /** Null while there is more to do: it is asked again. All shards until `since` are wanted. */
  | { readonly samples: SampleQuestion; readonly since: number }
  | { readonly id: string }
  /** Samples of a repository by its exact name, so many at most. */
  | { readonly name: string; readonly most: number }
  | { readonly totals: TotalsHead };

export interface CatalogueState {
  readonly shardsRead: number;
  readonly kept: string;
}

/** A sample, and the shards that hold its pieces. */
export interface FoundSample {
  readonly row: SampleRow;
  readonly shards: readonly ManifestShard[];
}

export type CatalogueAnswer =
  | CatalogueState
  | SamplePage
  | FoundSample
  | readonly FoundSample[]
  | Totals
  | null;

const { place, cacheFolder } = workerData as CatalogueThreadData;
const catalogue = createCatalogue(await openObjects(place), cacheFolder);
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

async function answer(question: CatalogueQuestion): Promise<CatalogueAnswer> {
  if ('add' in question) {
    await catalogue.add(question.add);
    const { shardsRead, kept } = catalogue;
    return { shardsRead, kept };
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

answerQuestions<CatalogueQuestion, CatalogueAnswer>(async (question) => {
  clearTimeout(idle);
  try {
    return await answer(question);
  } finally {
    idle = setTimeout(workAhead, idleMs);
  }
});
