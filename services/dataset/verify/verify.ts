/**
 * Checks an output from the manifest down to the last token: every hash, I1, I2, I3 and I6. It
 * reads only the output folder. The first difference is VERIFY_FAILED and names its place.
 */
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import { countTrained, type Pack } from '../../../schemas/mds.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { readManifest, shardIndex, sumOver } from '../manifest.ts';
import { type OpenOutput, openReader, outputOf, storeAt } from '../open-output.ts';
import { readShard, type ShardProgress } from '../read-shards.ts';
import type { DocumentReader } from '../template/document-reader.ts';
import { Difference, findingOf, mustHold } from './difference.ts';
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
  /** Files in shards/ and provenance/ that the manifest does not name; they are not data. */
  readonly leftovers: number;
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
  const reader = await checkIn(head.tokenizer.file.path, () => openCheckedReader(output));
  const checker = new SampleChecker(reader);
  for (const [position, facts] of shards.entries()) {
    await checkIn(facts.path, () => checkShard(output, facts, checker));
    onProgress({ shards: position + 1, shardsTotal: shards.length });
  }
  await checkIn('manifest', async () => checker.finish(entries));
  await checkIn('shards/index.json', async () => {
    const index = await store.read('shards/index.json');
    mustHold(index?.equals(shardIndex(entries)) === true, 'it does not list the shards');
  });
  return report(output, checker, await countLeftovers(store, shards));
}

/**
 * Runs a check and adds the place to its finding. Damage found by a reader counts as a difference.
 */
async function checkIn<Result>(where: string, check: () => Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    const finding = findingOf(error);
    if (finding === null) throw error;
    throw new PipelineError('VERIFY_FAILED', `${where}: ${finding}`, {
      subject: where,
      cause: error,
    });
  }
}

/** The reader of all documents; every entry must have the settings of the last entry. */
async function openCheckedReader(output: OpenOutput): Promise<DocumentReader> {
  const { entries, head } = output;
  const reader = await openReader(output);
  for (const { entry, tokenizer, contextLength } of entries) {
    const { fingerprint, template, masking } = tokenizer;
    const same = template === head.tokenizer.template && masking === head.tokenizer.masking;
    mustHold(same, `entry ${entry} has another template or masking`);
    mustHold(reader.fingerprints.includes(fingerprint), `entry ${entry} used another tokenizer`);
    mustHold(contextLength === head.contextLength, `entry ${entry} has another context length`);
  }
  return reader;
}

async function checkShard(
  { store, head }: OpenOutput,
  facts: ManifestShard,
  checker: SampleChecker,
): Promise<void> {
  const { packs, provenance } = await readShard(store, facts);
  const linesOf = Map.groupBy(provenance, (line) => line.pack);
  let tokens = 0;
  let trainedTokens = 0;
  for (const [row, pack] of packs.entries()) {
    const number = facts.firstPack + row;
    checkPack(pack, number, head);
    try {
      checker.addPack(pack, linesOf.get(number) ?? []);
    } catch (error) {
      const finding = findingOf(error);
      if (finding === null) throw error;
      throw new Difference(`pack ${number}: ${finding}`, { cause: error });
    }
    tokens += pack.inputIds.length;
    trainedTokens += countTrained(pack.mask);
  }
  mustHold(tokens === facts.tokens, `it holds ${tokens} tokens, not ${facts.tokens}`);
  mustHold(trainedTokens === facts.trainedTokens, 'it has another number of trained tokens');
}

function checkPack(pack: Pack, number: number, head: ManifestEntry): void {
  const fits = pack.inputIds.length <= head.contextLength;
  mustHold(fits, `pack ${number} is longer than the context`);
  mustHold(pack.domain === head.dataset, `pack ${number} belongs to another data set`);
  const known = pack.mask.every((value) => value <= 1);
  mustHold(known, `pack ${number} has a mask other than 0 or 1`);
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
  { entries, head, shards }: OpenOutput,
  checker: SampleChecker,
  leftovers: number,
): VerifyReport {
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
    leftovers,
  };
}
