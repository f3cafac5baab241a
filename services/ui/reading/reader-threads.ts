/**
 * The threads that read the documents of an output, as the main loop asks them: one reads all of a
 * document, which takes seconds, and one the parts that a reader sees first, so that none of them
 * waits for a whole.
 */
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import type { StorePlace } from '../../runtime/store/objects/open.ts';
import { openThreads } from '../../runtime/threads.ts';
import type { Hit } from '../api.ts';
import type { ServedDocument } from './document.ts';
import type {
  FoundFile,
  ReaderAnswer,
  ReaderQuestion,
  SamplePlace,
  ThoughtHits,
} from './reader-thread.ts';

export interface DocumentThreads {
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
  /** A file of one of the samples, the first one where the path is null. */
  file(
    head: ManifestEntry,
    samples: readonly SamplePlace[],
    path: string | null,
  ): Promise<FoundFile>;
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

export function openDocumentThreads(place: StorePlace): DocumentThreads {
  const open = (name: string) =>
    openThreads<ReaderQuestion, ReaderAnswer>({
      module: new URL('./reader-thread.ts', import.meta.url),
      data: place,
      threadsMax: 1,
      name,
      died: (cause) => new Error(`the ${name} ended: ${cause.message}`),
    });
  const [wholes, parts] = [open('reader of documents'), open('reader of parts of documents')];
  return {
    warm: (head) => {
      const warm = { head, shards: [], warm: true } as const;
      // One after the other: a reader waits for a beginning first. What is wrong with the tokenizer
      // shows when a document is read.
      parts
        .ask(warm)
        .then(() => wholes.ask(warm))
        .catch(() => {});
    },
    document: async (head, shards, id) =>
      (await wholes.ask({ head, shards, id })) as ServedDocument,
    opening: async (head, shards, id) =>
      (await parts.ask({ head, shards, openingOf: id })) as ServedDocument | null,
    file: async (head, fileOf, path) =>
      (await parts.ask({ head, shards: [], fileOf, path })) as FoundFile,
    thoughtsOf: async (head, shards, thoughtsOf, wanted) =>
      ((await wholes.ask({ head, shards, thoughtsOf, wanted })) as ThoughtHits).hits,
    thoughts: async (head, shard, wanted) =>
      (await wholes.ask({ head, shards: [shard], wanted })) as ThoughtHits,
    close: async () => {
      await Promise.all([wholes.close(), parts.close()]);
    },
  };
}
