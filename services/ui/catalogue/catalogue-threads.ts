/**
 * The threads of the catalogue of an output, as the main loop asks them: one reads shards, the
 * other holds what was read, so that nobody who asks waits for a shard.
 */
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { openThreads } from '../../runtime/threads.ts';
import type { SamplePage, Totals } from '../api.ts';
import type { CatalogueAnswer, CatalogueQuestion, FoundSample } from './catalogue-thread.ts';
import { keptIn } from './kept-rows.ts';
import type { SampleQuestion } from './query.ts';
import type { RowsAnswer, RowsThreadData } from './rows-thread.ts';
import type { TotalsHead } from './totals.ts';

export interface CatalogueThread {
  readonly shardsRead: number;
  /** Where rows of shards are kept, or why they are not, in words. */
  readonly kept: string;
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

export function openCatalogueThread(data: RowsThreadData): CatalogueThread {
  const readers = openThreads<ManifestShard, RowsAnswer>({
    module: new URL('./rows-thread.ts', import.meta.url),
    data,
    threadsMax: 1,
    name: 'reader of shards',
    died: (cause) => new Error(`the thread that reads shards ended: ${cause.message}`),
  });
  const threads = openThreads<CatalogueQuestion, CatalogueAnswer>({
    module: new URL('./catalogue-thread.ts', import.meta.url),
    data: null,
    threadsMax: 1,
    name: 'catalogue',
    died: (cause) => new Error(`the thread that holds a catalogue ended: ${cause.message}`),
  });
  const ask = async <Answer extends CatalogueAnswer>(question: CatalogueQuestion) =>
    (await threads.ask(question)) as Answer;
  let shardsRead = 0;
  let kept = keptIn(data.cacheFolder);
  return {
    get shardsRead() {
      return shardsRead;
    },
    get kept() {
      return kept;
    },
    samples: async (question) => {
      // More may come in meanwhile: then it would never end.
      const since = shardsRead;
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
        const next = shards()[shardsRead];
        if (next === undefined || signal.aborted) return;
        const read = await readers.ask(next);
        kept = read.kept;
        shardsRead = await ask<number>({ add: next, rows: read.rows });
      }
    },
    close: async () => {
      await Promise.all([readers.close(), threads.close()]);
    },
  };
}
