/**
 * Reads documents beside the main loop: opening a tokenizer and reading millions of tokens back
 * takes seconds, in which the page must go on.
 */
import { workerData } from 'node:worker_threads';
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import { openReader } from '../../dataset/open-output.ts';
import { forEachSample, readSampleIn, type Sample } from '../../dataset/samples.ts';
import type { DocumentReader } from '../../dataset/template/document-reader.ts';
import { openObjects, type StorePlace } from '../../runtime/store/objects/open.ts';
import { answerQuestions } from '../../runtime/thread.ts';
import type { Hit } from '../api.ts';
import { arraysOf, documentOf, type ServedDocument } from './document.ts';
import { hitsIn } from './hits.ts';
import { readFilePart, readOpening } from './sample-parts.ts';

/** A sample and the shards that hold its pieces. */
export interface SamplePlace {
  readonly id: string;
  readonly shards: readonly ManifestShard[];
}

export type ReaderQuestion = {
  /** The last entry of the manifest, which names the tokenizer. */
  readonly head: ManifestEntry;
  readonly shards: readonly ManifestShard[];
} & (
  | { readonly warm: true }
  /** The whole document. */
  | { readonly id: string }
  /** Its first segments, from the first of the shards; null where that is no gain. */
  | { readonly openingOf: string }
  /** A file of one of these samples, the first one where the path is null. */
  | { readonly fileOf: readonly SamplePlace[]; readonly path: string | null }
  /** Its thoughts that hold the text. */
  | { readonly thoughtsOf: string; readonly wanted: string }
  /** Those of all samples that the shards hold whole. */
  | { readonly wanted: string }
);

export interface ThoughtHits {
  readonly hits: readonly Hit[];
  /** Samples that have pieces in other shards too. */
  readonly parts: readonly string[];
}

/** A file as some sample writes it. */
export interface FoundFile {
  /** All files that the samples write, in order. */
  readonly paths: readonly string[];
  /** Part of the sample that writes the file, at least; null where none does. */
  readonly document: ServedDocument | null;
}

export type ReaderAnswer = ServedDocument | FoundFile | ThoughtHits | null;

const store = await openObjects(workerData as StorePlace);
let opened: { fingerprint: string; reader: DocumentReader } | null = null;

async function readerOf({ head }: ReaderQuestion): Promise<DocumentReader> {
  const { fingerprint } = head.tokenizer;
  if (opened?.fingerprint !== fingerprint) {
    const reader = await openReader({ store, head });
    opened = { fingerprint, reader };
  }
  return opened.reader;
}

async function findFile(
  samples: readonly SamplePlace[],
  path: string | null,
  reader: DocumentReader,
): Promise<FoundFile> {
  const paths: string[] = [];
  let document: ServedDocument | null = null;
  for (const { id, shards } of samples) {
    // Only one of the episodes of a repository writes a file.
    const wanted = document === null ? path : '';
    const found = await readFilePart(store, shards, id, wanted, reader);
    paths.push(...found.paths);
    if (found.part !== null) document = documentOf(found.part);
  }
  return { paths, document };
}

function movedOf(given: ReaderAnswer): ArrayBuffer[] {
  if (given === null) return [];
  if ('document' in given) return given.document === null ? [] : arraysOf(given.document);
  return 'tokens' in given ? arraysOf(given) : [];
}

const answer = async (question: ReaderQuestion): Promise<ReaderAnswer> => {
  const reader = await readerOf(question);
  const { head, shards } = question;
  if ('warm' in question) return null;
  if ('id' in question) return documentOf(await readSampleIn(store, shards, question.id, reader));
  if ('openingOf' in question) {
    const [first] = shards;
    if (first === undefined) return null;
    const opening = await readOpening(store, first, question.openingOf, reader);
    return opening === null || opening.segments.length === 0 ? null : documentOf(opening);
  }
  if ('fileOf' in question) return findFile(question.fileOf, question.path, reader);
  const { wanted } = question;
  if ('thoughtsOf' in question) {
    const sample = await readSampleIn(store, shards, question.thoughtsOf, reader);
    return { hits: hitsIn(sample, wanted), parts: [] };
  }
  const hits: Hit[] = [];
  const visit = (sample: Sample) => hits.push(...hitsIn(sample, wanted));
  const part = { store, head, shards };
  return { hits, parts: await forEachSample(part, visit, { reader }) };
};

answerQuestions(answer, movedOf);
