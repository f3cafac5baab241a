/**
 * Checks an output from the manifest down to the last token: every hash, I1, I2, I3 and I6. It
 * reads only the output folder. The first difference is VERIFY_FAILED and says where.
 */
import {
  type ManifestEntry,
  type ManifestShard,
  type ProvenanceLine,
  parseProvenance,
} from '../../../schemas/manifest.ts';
import { decodeShard, MdsError } from '../../../schemas/mds.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { openLocalObjects } from '../../runtime/store/objects/local.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { readManifest, shardIndex } from '../manifest.ts';
import { type DocumentReader, openDocumentReader } from '../template/document-reader.ts';
import { Difference, expect } from './document.ts';
import { SampleChecker } from './samples.ts';

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
  /** Files in shards/ and provenance/ that the manifest does not name: leftovers, no data. */
  readonly leftovers: number;
}

export interface VerifyProgress {
  readonly shards: number;
  readonly shardsTotal: number;
}

/** Checks an output in a folder or another store. */
export async function verifyOutput(
  place: string | ObjectStore,
  onProgress: (progress: VerifyProgress) => void = () => {},
): Promise<VerifyReport> {
  const store = typeof place === 'string' ? openLocalObjects(place) : place;
  const { entries } = await at('manifest', () => readManifest(store));
  const head = entries.at(-1);
  if (head === undefined) {
    throw new PipelineError('OUTPUT_MISSING', `${store.place} holds no manifest, so no output`, {
      subject: store.place,
    });
  }
  const reader = await at(head.tokenizer.file.path, () => openReader(store, entries, head));
  const checker = new SampleChecker(reader);
  const shards = entries.flatMap((entry) => entry.shards);
  for (const [position, shard] of shards.entries()) {
    await at(shard.path, () => checkShard(store, shard, head, checker));
    onProgress({ shards: position + 1, shardsTotal: shards.length });
  }
  await at('manifest', async () => checker.finish(entries));
  await at('shards/index.json', async () => {
    const index = await store.read('shards/index.json');
    expect(index?.equals(shardIndex(entries)) === true, 'it does not list the shards');
  });
  return report(entries, checker, await countLeftovers(store, shards));
}

/**
 * Runs a check and says where it failed. Damage that readers find is a difference like any other.
 */
async function at<Result>(where: string, check: () => Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    const expected =
      error instanceof Difference || error instanceof MdsError || error instanceof PipelineError;
    if (!expected) throw error;
    throw new PipelineError('VERIFY_FAILED', `${where}: ${error.message}`, {
      subject: where,
      cause: error,
    });
  }
}

async function openReader(
  store: ObjectStore,
  entries: readonly ManifestEntry[],
  head: ManifestEntry,
): Promise<DocumentReader> {
  const file = await readHashed(store, head.tokenizer.file);
  const reader = openDocumentReader(file.toString('utf8'), head.tokenizer);
  for (const { entry, tokenizer, contextLength } of entries) {
    const { fingerprint, template, masking } = tokenizer;
    const same = template === head.tokenizer.template && masking === head.tokenizer.masking;
    expect(same, `entry ${entry} has another template or masking`);
    expect(reader.fingerprints.includes(fingerprint), `entry ${entry} used another one`);
    expect(contextLength === head.contextLength, `entry ${entry} has another context length`);
  }
  return reader;
}

async function checkShard(
  store: ObjectStore,
  shard: ManifestShard,
  head: ManifestEntry,
  checker: SampleChecker,
): Promise<void> {
  const packs = decodeShard(await readHashed(store, shard));
  const lines = await readProvenance(store, shard);
  expect(packs.length === shard.packs, `it holds ${packs.length} packs, not ${shard.packs}`);
  let tokens = 0;
  let trainedTokens = 0;
  for (const [row, pack] of packs.entries()) {
    const number = shard.firstPack + row;
    const told = lines.filter((line) => line.pack === number);
    expect(pack.inputIds.length <= head.contextLength, `pack ${number} is longer than the context`);
    expect(pack.domain === head.dataset, `pack ${number} belongs to another data set`);
    for (const value of pack.mask)
      expect(value <= 1, `pack ${number} has a mask other than 0 or 1`);
    try {
      checker.addPack(pack, told);
    } catch (error) {
      if (!(error instanceof Difference)) throw error;
      throw new Difference(`pack ${number}: ${error.message}`);
    }
    tokens += pack.inputIds.length;
    trainedTokens += pack.mask.reduce((sum, value) => sum + value, 0);
  }
  expect(tokens === shard.tokens, `it holds ${tokens} tokens, not ${shard.tokens}`);
  expect(trainedTokens === shard.trainedTokens, 'it has another number of trained tokens');
}

async function readProvenance(store: ObjectStore, shard: ManifestShard): Promise<ProvenanceLine[]> {
  const { path } = shard.provenance;
  const text = (await readHashed(store, shard.provenance)).toString('utf8');
  let lines: ProvenanceLine[];
  try {
    lines = parseProvenance(text);
  } catch (error) {
    throw new Difference(`${path}: ${(error as Error).message}`);
  }
  const last = shard.firstPack + shard.packs;
  for (const { pack } of lines) {
    expect(pack >= shard.firstPack && pack < last, `${path} tells of pack ${pack}`);
  }
  return lines;
}

async function readHashed(
  store: ObjectStore,
  file: { readonly path: string; readonly bytes: number; readonly sha256: string },
): Promise<Buffer> {
  const bytes = await store.read(file.path);
  expect(bytes !== null, `${file.path} is missing`);
  expect(bytes.byteLength === file.bytes, `${file.path} has not ${file.bytes} bytes`);
  expect(sha256(bytes) === file.sha256, `${file.path} does not match its hash`);
  return bytes;
}

async function countLeftovers(
  store: ObjectStore,
  shards: readonly ManifestShard[],
): Promise<number> {
  const known = new Set(shards.flatMap((shard) => [shard.path, shard.provenance.path]));
  known.add('shards/index.json');
  let leftovers = 0;
  for (const folder of ['shards', 'provenance']) {
    for (const name of await store.list(folder)) {
      if (!known.has(`${folder}/${name}`)) leftovers += 1;
    }
  }
  return leftovers;
}

function report(
  entries: readonly ManifestEntry[],
  checker: SampleChecker,
  leftovers: number,
): VerifyReport {
  const shards = entries.flatMap((entry) => entry.shards);
  const sum = (pick: (shard: ManifestShard) => number) =>
    shards.reduce((total, shard) => total + pick(shard), 0);
  const head = entries.at(-1);
  const packs = sum((shard) => shard.packs);
  const tokens = sum((shard) => shard.tokens);
  const room = packs * (head?.contextLength ?? 0);
  return {
    entries: entries.length,
    shards: shards.length,
    packs,
    tokens,
    trainedTokens: sum((shard) => shard.trainedTokens),
    ...checker.totals,
    paddingShare: room === 0 ? 0 : (room - tokens) / room,
    closed: head?.closed === true,
    leftovers,
  };
}
