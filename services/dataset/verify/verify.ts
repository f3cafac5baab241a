/**
 * Checks an output from the head of the manifest down to the last token: every hash, I1, I2, I3 and
 * I6. It only reads. The first difference is thrown as VERIFY_FAILED with its place. It cannot
 * detect a forger who rewrote every file consistently. To detect that too, keep the hash of the
 * head elsewhere and compare.
 */
import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { entryPath, headPath, readManifest, sumOver } from '../manifest.ts';
import { type OpenOutput, outputOf, readTokenizerFile, storeAt } from '../open-output.ts';
import type { ShardProgress } from '../read-shards.ts';
import {
  type DocumentReader,
  documentFingerprints,
  openDocumentReader,
} from '../template/document-reader.ts';
import { checkHead, checkRunFile, readHead, runFilesOf, unlistedFiles } from './binding.ts';
import { blobPath, checkBlobs, openBlobNames } from './blobs.ts';
import { checkCheckpoints } from './checkpoints.ts';
import { mustHold } from './difference.ts';
import { checkIn } from './place.ts';
import { SampleChecker } from './samples.ts';
import { checkShard } from './shards.ts';

export interface VerifyReport {
  readonly entries: number;
  readonly shards: number;
  readonly packs: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly samples: number;
  readonly files: number;
  /** Bytes of the documents rebuilt from tokens. */
  readonly bytes: number;
  /** Share of the context left empty over all packs, 0 to 1. */
  readonly paddingShare: number;
  /** False while the output still grows: samples may be carried over. */
  readonly closed: boolean;
  /** SHA-256 of the last entry: equal hashes mean equal outputs. */
  readonly head: string;
  /**
   * Files beside the data set that the manifest does not name, while it still grows: a killed
   * writer may have left them. They are not data.
   */
  readonly unlisted: readonly string[];
  /** What left the data set since; null where nothing did. */
  readonly optOuts: OptOutFacts | null;
  /** Missing parts that the data set can do without, and checks that could therefore not run. */
  readonly absent: readonly string[];
}

export interface OptOutFacts {
  readonly generations: number;
  readonly repositories: number;
  readonly samples: number;
  /** SHA-256 of the last generation: with the head it names the state of the output. */
  readonly head: string;
}

/** Checks an output in a folder or another store. */
export async function verifyOutput(
  place: string | ObjectStore,
  onProgress: (progress: ShardProgress) => void = () => {},
): Promise<VerifyReport> {
  const store = storeAt(place);
  const output = outputOf(store, await checkIn('manifest', () => readManifest(store)));
  if (output === null) {
    throw new PipelineError('OUTPUT_MISSING', `${store.place} holds no manifest, so no output`, {
      subject: store.place,
    });
  }
  const { entries, head, shards } = output;
  const manifestHead = await checkIn(headPath, () => readHead(store));
  const late = await checkIn(headPath, async () => checkHead(output, manifestHead));
  for (const path of runFilesOf(manifestHead)) {
    await checkIn(path, () => checkRunFile(store, manifestHead, path));
  }
  const reader = await checkIn(head.tokenizer.file.path, () => openCheckedReader(output));
  const checker = new SampleChecker(reader, (reference) => store.read(blobPath(reference)));
  const checked = { output, checker, blobs: openBlobNames() };
  for (const [position, facts] of shards.entries()) {
    await checkIn(facts.path, () => checkShard(checked, facts));
    onProgress({ shards: position + 1, shardsTotal: shards.length });
  }
  await checkIn('manifest', async () => checker.finish(entries, output.optOuts.samples));
  const derived = await checkCheckpoints(output, manifestHead);
  const unlisted = await unlistedFiles(output, derived);
  if (head.closed)
    for (const path of unlisted) await checkIn(path, () => noEntryNames(output, path));
  for (const { body } of head.carried.samples) checked.blobs.add(body, entryPath(head.entry));
  const absent = await checkIn('blobs', () => checkBlobs(store, checked.blobs));
  const lateNote = `${entryPath(head.entry)} is not held by ${headPath} yet`;
  return report(output, checker, {
    unlisted,
    absent: late === 0 ? absent : [lateNote, ...absent],
  });
}

async function noEntryNames({ entries }: OpenOutput, path: string): Promise<void> {
  const isEntrys = entries.some(({ shards }) =>
    shards.some((shard) => shard.path === path || shard.provenance.path === path),
  );
  const wrong = isEntrys
    ? 'an opt-out put another in its place: `backstory opt-out apply` with the same list removes it'
    : 'no entry of the closed data set names it: it was added or left behind, remove it';
  mustHold(false, wrong);
}

/** Returns the reader of all documents. Every entry must have the settings of the last entry. */
async function openCheckedReader(output: OpenOutput): Promise<DocumentReader> {
  const { entries, head } = output;
  const file = await readTokenizerFile(output);
  const reader = openDocumentReader(file, head.tokenizer);
  const known = documentFingerprints(file, head.tokenizer, reader);
  for (const { entry, tokenizer, contextLength } of entries) {
    const { fingerprint, template, masking } = tokenizer;
    const same = template === head.tokenizer.template && masking === head.tokenizer.masking;
    mustHold(same, `entry ${entry} has another template or masking`);
    mustHold(known.includes(fingerprint), `entry ${entry} used another tokenizer`);
    mustHold(contextLength === head.contextLength, `entry ${entry} has another context length`);
  }
  return reader;
}

function report(
  { entries, head, headHash, shards, optOuts }: OpenOutput,
  checker: SampleChecker,
  beside: Pick<VerifyReport, 'unlisted' | 'absent'>,
): VerifyReport {
  const { generations, repositories, samples, headHash: last } = optOuts;
  const left = { repositories: repositories.size, samples: samples.size };
  const packs = sumOver(shards, (shard) => shard.packs);
  const tokens = sumOver(shards, (shard) => shard.tokens);
  const room = packs * head.contextLength;
  return {
    entries: entries.length,
    shards: shards.length,
    packs,
    tokens,
    trainedTokens: sumOver(shards, (shard) => shard.trainedTokens),
    ...checker.totals,
    paddingShare: room === 0 ? 0 : (room - tokens) / room,
    closed: head.closed,
    head: headHash,
    optOuts: last === null ? null : { generations: generations.length, ...left, head: last },
    ...beside,
  };
}
