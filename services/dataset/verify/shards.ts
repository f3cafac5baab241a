/** Checks the rows of one shard, and adds the pack and the shard to a difference. */
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import { countTrained, decodeShard, type Pack } from '../../../schemas/mds.ts';
import { OutputDamage } from '../damage.ts';
import type { OpenOutput } from '../open-output.ts';
import { type DatasetShard, readProvenance, readShard } from '../read-shards.ts';
import type { BlobNames } from './blobs.ts';
import { Difference, mustHold, PackDifference } from './difference.ts';
import { MisplacedDifference } from './place.ts';
import type { SampleChecker } from './samples.ts';

export interface Checked {
  readonly output: OpenOutput;
  readonly checker: SampleChecker;
  /** Blobs that provenance names; the last check looks for them. */
  readonly blobs: BlobNames;
}

export async function checkShard(checked: Checked, facts: ManifestShard): Promise<void> {
  const { shards, store } = checked.output;
  try {
    await checkRows(checked, facts, await readShard(store, facts));
  } catch (error) {
    if (error instanceof OutputDamage && error.subject === facts.path) {
      throw (await damagedPack(checked, facts)) ?? error;
    }
    // A document that ends in this shard may be damaged in an earlier one.
    if (!(error instanceof PackDifference)) throw error;
    const [pack = 0] = error.packs;
    const home = shards.find(({ firstPack, packs }) => pack < firstPack + packs) ?? facts;
    throw new MisplacedDifference(home.path, error.message, error);
  }
}

/** The first difference in the rows of a shard whose hash is wrong; null if the rows have none. */
async function damagedPack(checked: Checked, facts: ManifestShard): Promise<Difference | null> {
  const { store } = checked.output;
  const bytes = await store.read(facts.path);
  if (bytes === null) return null;
  try {
    const provenance = await readProvenance(store, facts);
    const packs = decodeShard(bytes);
    await checkRows(checked, facts, { facts, bytes, packs, ...provenance });
    return null;
  } catch (error) {
    if (!(error instanceof PackDifference)) return null;
    return new Difference(`${error.message}; the file does not match its hash`, null, error);
  }
}

async function checkRows(
  { output, checker, blobs }: Checked,
  facts: ManifestShard,
  { packs, provenance }: DatasetShard,
): Promise<void> {
  const { head } = output;
  const linesOf = Map.groupBy(provenance, (line) => line.pack);
  const blanksOf = Map.groupBy(blanksIn(output, facts), ([pack]) => pack);
  let tokens = 0;
  let trainedTokens = 0;
  for (const [row, pack] of packs.entries()) {
    const number = facts.firstPack + row;
    checkPack(pack, number, head);
    const [lines, blanks] = [linesOf.get(number) ?? [], blanksOf.get(number) ?? []];
    await checker.addPack(pack, number, { lines, blanks });
    tokens += pack.inputIds.length;
    trainedTokens += countTrained(pack.mask);
  }
  for (const { document } of provenance) blobs.add(document, facts.provenance.path);
  mustHold(tokens === facts.tokens, `it holds ${tokens} tokens, not ${facts.tokens}`);
  mustHold(trainedTokens === facts.trainedTokens, 'it has another number of trained tokens');
}

/** What was opted out of a shard. */
function blanksIn(output: OpenOutput, { firstPack }: ManifestShard) {
  const original = originalsOf(output).get(firstPack);
  return original === undefined ? [] : (output.optOuts.replacing(original)?.blanks ?? []);
}

const originals = new WeakMap<OpenOutput, ReadonlyMap<number, ManifestShard>>();

/** The shards as they were written, by their first pack; looked up for each of many shards. */
function originalsOf(output: OpenOutput): ReadonlyMap<number, ManifestShard> {
  const known = originals.get(output);
  if (known !== undefined) return known;
  const shards = output.entries.flatMap((entry) => entry.shards);
  // The first of those that begin with the same pack.
  const made = new Map(shards.toReversed().map((shard) => [shard.firstPack, shard]));
  originals.set(output, made);
  return made;
}

function checkPack(pack: Pack, number: number, head: ManifestEntry): void {
  const fits = pack.inputIds.length <= head.contextLength;
  mustHold(fits, `pack ${number} is longer than the context`);
  mustHold(pack.domain === head.dataset, `pack ${number} belongs to another data set`);
  const known = pack.mask.every((value) => value <= 1);
  mustHold(known, `pack ${number} has a mask other than 0 or 1`);
}
