/**
 * One output that the page shows: its manifest as it stands now, its catalogue, which is built in
 * the background, and the documents that were read last. It follows a data set that grows.
 */
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { entryPath, readManifest } from '../../dataset/manifest.ts';
import { type OpenOutput, openOutput, outputOf } from '../../dataset/open-output.ts';
import { readOptOuts } from '../../dataset/opt-out/generations.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { openObjects, type StorePlace } from '../../runtime/store/objects/open.ts';
import type { Hit, OutputState } from '../api.ts';
import type { FoundSample } from '../catalogue/catalogue-thread.ts';
import { type CatalogueThread, openCatalogueThread } from '../catalogue/catalogue-threads.ts';
import { awaitedOutput } from './awaited-output.ts';
import { bytesOf, type ServedDocument } from './document.ts';
import { problemOf } from './problem.ts';
import type { FoundFile, SamplePlace, ThoughtHits } from './reader-thread.ts';
import { type DocumentThreads, openDocumentThreads } from './reader-threads.ts';

export interface ServedOutput {
  readonly label: string;
  /** The folder that may hold the log of the run; null for a bucket. */
  readonly runFolder: string | null;
  readonly store: ObjectStore;
  readonly catalogue: CatalogueThread;
  current(): OpenOutput;
  state(): OutputState;
  /** Looks for new entries, and reads their shards in the background. */
  refresh(): Promise<void>;
  /** Opens the tokenizer in the background, before someone waits for a document. */
  warm(): void;
  /** Resolves when the catalogue holds all shards of now, or cannot go on. */
  settled(): Promise<void>;
  document(id: string): Promise<ServedDocument>;
  /** Its first segments; null where the whole is as soon there, or no part of it is. */
  opening(sample: SamplePlace): Promise<ServedDocument | null>;
  /** A file as one of these samples writes it, their first one where the path is null. */
  file(samples: readonly SamplePlace[], path: string | null): Promise<FoundFile>;
  /** Thoughts of one document that hold the text. */
  thoughtsOf(sample: SamplePlace, wanted: string): Promise<readonly Hit[]>;
  /** Thoughts that hold the text, of the samples that this shard holds whole. */
  thoughtsIn(shard: ManifestShard, wanted: string): Promise<ThoughtHits>;
  close(): Promise<void>;
}

export interface OutputPlace {
  readonly label: string;
  /** What opens its store. */
  readonly place: StorePlace;
  /** The folder that may hold the log of the run; null for a bucket. */
  readonly runFolder: string | null;
}

/** Documents are kept while their texts and tokens together are not larger than this. */
const documentBytesMax = 256 * 1024 * 1024;
/** About what the facts of a segment take. */
const factsBytes = 300;

/** OUTPUT_MISSING when no run has begun there, and what else an output can have wrong. */
export async function serveOutput(
  { label, place, runFolder }: OutputPlace,
  cacheFolder: string | null,
  signal: AbortSignal,
): Promise<ServedOutput> {
  const store = await openObjects(place);
  let manifest = await readManifest(store);
  let output =
    outputOf(store, manifest) ?? (await awaitedOutput(store)) ?? (await openOutput(store));
  /** What was wrong when shards were read, and when the manifest was looked at last. */
  let unread: OutputState['problem'] = null;
  let unseen: OutputState['problem'] = null;
  const openCatalogue = () => openCatalogueThread({ place, cacheFolder });
  let catalogue = openCatalogue();
  const threads = openDocumentThreads(place);
  let documents = createDocuments(threads, catalogue);
  let reading: Promise<void> | null = null;
  let looking: Promise<void> | null = null;

  const readOn = (): Promise<void> => {
    const own = catalogue;
    const settle = (found: OutputState['problem']) => {
      // One that was replaced meanwhile has nothing to tell.
      if (own !== catalogue) return;
      unread = found;
      reading = null;
    };
    reading ??= own
      .extend(() => output.shards, signal)
      .then(
        () => settle(null),
        (error: unknown) => settle(problemOf(error)),
      );
    return reading;
  };
  void readOn();

  const look = async (): Promise<void> => {
    if (await isMissing(output)) throw gone(output);
    const isWhole = output.head.closed && catalogue.shardsRead === output.shards.length;
    if (isWhole && !(await isOptedOutSince(output))) return;
    manifest = await readManifest(store, manifest);
    const before = output.optOuts.headHash;
    output = outputOf(store, manifest) ?? output;
    if (output.optOuts.headHash === before) return;
    // Rows and documents of what left must go, all at once: others ask meanwhile.
    const old = catalogue;
    catalogue = openCatalogue();
    documents = createDocuments(threads, catalogue);
    [reading, unread] = [null, null];
    await old.close();
  };

  const refresh = async (): Promise<void> => {
    try {
      await look();
      unseen = null;
    } catch (error) {
      unseen = problemOf(error);
      return;
    }
    if (unread === null) void readOn();
  };

  return {
    label,
    runFolder,
    store,
    get catalogue() {
      return catalogue;
    },
    current: () => output,
    state: () => ({
      label,
      dataset: output.head.dataset,
      runId: output.head.runId,
      head: output.headHash,
      optOuts: output.optOuts.headHash ?? '',
      closed: output.head.closed,
      shards: output.shards.length,
      shardsRead: catalogue.shardsRead,
      problem: unseen ?? unread,
      kept: catalogue.kept,
    }),
    // Two looks at once would each replace what the other one has begun to fill.
    refresh: () => {
      looking ??= refresh().finally(() => {
        looking = null;
      });
      return looking;
    },
    warm: () => {
      if (output.shards.length > 0) threads.warm(output.head);
    },
    settled: () => readOn(),
    document: (id) => documents.read(id, output),
    opening: async ({ id, shards }) =>
      documents.isRead(id)
        ? beginningOf(await documents.read(id, output))
        : threads.opening(output.head, shards, id),
    file: async (samples, path) => threads.file(output.head, samples, path),
    thoughtsOf: async ({ id, shards }, wanted) =>
      threads.thoughtsOf(output.head, shards, id, wanted),
    thoughtsIn: (shard, wanted) => threads.thoughts(output.head, shard, wanted),
    close: async () => {
      await Promise.all([catalogue.close(), threads.close()]);
      await store.close();
    },
  };
}

/** Whether its folder was removed while it is open. */
async function isMissing({ store, entries, head }: OpenOutput): Promise<boolean> {
  return entries.length > 0 && (await store.size(entryPath(head.entry))) === null;
}

function gone({ store, head }: OpenOutput): PipelineError {
  const what = `${store.place} holds ${entryPath(head.entry)} no longer: what is shown was read before`;
  return new PipelineError('OUTPUT_MISSING', what, { subject: store.place });
}

async function isOptedOutSince({ store, optOuts }: OpenOutput): Promise<boolean> {
  return (await readOptOuts(store)).headHash !== optOuts.headHash;
}

/** Facts of more segments than that take long to send and to draw. */
const openingSegments = 500;

function beginningOf(document: ServedDocument): ServedDocument | null {
  const { segments } = document;
  if (segments.length < 2 * openingSegments) return null;
  return { ...document, segments: segments.slice(0, openingSegments) };
}

/** As the threads that read documents ask for it. */
export function placeOf({ row, shards }: FoundSample): SamplePlace {
  return { id: row.id, shards };
}

function createDocuments(threads: DocumentThreads, catalogue: CatalogueThread) {
  const kept = new Map<string, Promise<ServedDocument>>();
  const sizes = new Map<string, number>();
  const forget = (id: string) => {
    kept.delete(id);
    sizes.delete(id);
  };
  const makeRoom = () => {
    let held = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const [id, size] of [...sizes]) {
      if (held <= documentBytesMax || sizes.size === 1) return;
      forget(id);
      held -= size;
    }
  };
  const read = async (id: string, output: OpenOutput) => {
    const found = await catalogue.find(id);
    if (found === null) throw unknownSample(id);
    // Its pieces would be read for nothing, at each entry of a data set that grows.
    if (!found.row.complete) throw notWholeYet(id);
    return threads.document(output.head, found.shards, id);
  };
  return {
    isRead: (id: string): boolean => sizes.has(id),
    read: (id: string, output: OpenOutput): Promise<ServedDocument> => {
      const known = kept.get(id);
      if (known !== undefined) return known;
      const reading = read(id, output);
      kept.set(id, reading);
      reading.then(
        (document) => {
          sizes.set(id, bytesOf(document) + document.segments.length * factsBytes);
          makeRoom();
        },
        () => forget(id),
      );
      return reading;
    },
  };
}

function notWholeYet(id: string): PipelineError {
  const what = 'some pieces of this sample are in no shard yet; let the run finish';
  return new PipelineError('OUTPUT_MISSING', what, { subject: id });
}

function unknownSample(id: string): PipelineError {
  return new PipelineError('USAGE', `no sample here has the id ${id}`, { subject: id });
}
