/** The thread that holds the catalogue of an output, as the main loop asks it. */
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { openThreads } from '../../runtime/threads.ts';
import type { SamplePage, Totals } from '../api.ts';
import type {
  CatalogueAnswer,
  CatalogueQuestion,
  CatalogueState,
  CatalogueThreadData,
  FoundSample,
} from './catalogue-thread.ts';
import type { SampleQuestion } from './query.ts';
import type { TotalsHead } from './totals.ts';

export interface CatalogueThread extends CatalogueState {
  samples(question: SampleQuestion): Promise<SamplePage>;
  /** Null for an id that is not in. */
  find(id: string): Promise<FoundSample | null>;
  /** Samples of a repository by its exact name, so many at most. */
  named(name: string, most: number): Promise<readonly FoundSample[]>;
  totals(head: TotalsHead): Promise<Totals>;
  /** Adds the shards that are not in yet. Stops between two of them when the signal aborts. */
  extend(shards: () => readonly ManifestShard[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function openCatalogueThread(data: CatalogueThreadData): CatalogueThread {
  const threads = openThreads<CatalogueQuestion, CatalogueAnswer>({
    module: new URL('./catalogue-thread.ts', import.meta.url),
    data,
    threadsMax: 1,
    name: 'catalogue',
    died: (cause) => new Error(`the thread that holds a catalogue ended: ${cause.message}`),
  });
  const ask = async <Answer extends CatalogueAnswer>(question: CatalogueQuestion) =>
    (await threads.ask(question)) as Answer;
  const { cacheFolder } = data;
  let state: CatalogueState = {
    shardsRead: 0,
    kept: cacheFolder === null ? 'in memory only' : `in ${cacheFolder}`,
  };
  return {
    get shardsRead() {
      return state.shardsRead;
    },
    get kept() {
      return state.kept;
    },
    samples: async (question) => {
      // More may come in meanwhile: then it would never end.
      const since = state.shardsRead;
      for (;;) {
        const page = await ask<SamplePage | null>({ samples: question, since });
        if (page !== null) return page;
      }
    },
    find: (id) => ask<FoundSample | null>({ id }),
    named: (name, most) => ask<readonly FoundSample[]>({ name, most }),
    totals: ({ entry, contextLength, tokenizer }) =>
      ask<Totals>({ totals: { entry, contextLength, tokenizer } }),
    extend: async (shards, signal) => {
      for (;;) {
        const next = shards()[state.shardsRead];
        if (next === undefined || signal.aborted) return;
        state = await ask<CatalogueState>({ add: next });
      }
    },
    close: () => threads.close(),
  };
}
