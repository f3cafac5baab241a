/** The thread that reads the documents of an output, as the main loop asks it. */
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import { openThreads } from '../../runtime/threads.ts';
import type { Hit } from '../api.ts';
import type { ServedDocument } from './document.ts';
import type { ReaderAnswer, ReaderQuestion, StorePlace, ThoughtHits } from './reader-thread.ts';

export interface DocumentThread {
  /** Opens the tokenizer, which takes a while, before someone waits for a document. */
  warm(head: ManifestEntry): void;
  document(
    head: ManifestEntry,
    shards: readonly ManifestShard[],
    id: string,
  ): Promise<ServedDocument>;
  /** Its first segments; null where they are all there is, or none can be told alone. */
  opening(
    head: ManifestEntry,
    shards: readonly ManifestShard[],
    id: string,
  ): Promise<ServedDocument | null>;
  /** Thoughts of one document that hold the text. */
  thoughtsOf(
    head: ManifestEntry,
    shards: readonly ManifestShard[],
    id: string,
    wanted: string,
  ): Promise<readonly Hit[]>;
  thoughts(head: ManifestEntry, shard: ManifestShard, wanted: string): Promise<ThoughtHits>;
  close(): Promise<void>;
}

export function openDocumentThread(place: StorePlace): DocumentThread {
  const threads = openThreads<ReaderQuestion, ReaderAnswer>({
    module: new URL('./reader-thread.ts', import.meta.url),
    data: place,
    threadsMax: 1,
    name: 'reader of documents',
    died: (cause) => new Error(`the thread that reads documents ended: ${cause.message}`),
  });
  return {
    warm: (head) => {
      // What is wrong with it shows when a document is read.
      threads.ask({ head, shards: [], warm: true }).catch(() => {});
    },
    document: async (head, shards, id) =>
      (await threads.ask({ head, shards, id })) as ServedDocument,
    opening: async (head, shards, id) =>
      (await threads.ask({ head, shards, openingOf: id })) as ServedDocument | null,
    thoughtsOf: async (head, shards, thoughtsOf, wanted) =>
      ((await threads.ask({ head, shards, thoughtsOf, wanted })) as ThoughtHits).hits,
    thoughts: async (head, shard, wanted) =>
      (await threads.ask({ head, shards: [shard], wanted })) as ThoughtHits,
    close: () => threads.close(),
  };
}
