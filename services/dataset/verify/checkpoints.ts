/**
 * Checks what derives from the entries of a manifest: every checkpoint that the head can reach, the
 * note of what is settled, and the index of the shards. Each must be what the entries say.
 */
import {
  checkpointFolder,
  checkpointPath,
  checkpointSchema,
  indexedCheckpoints,
  samplesPath,
  settledPath,
  settledSchema,
} from '../../../schemas/checkpoint.ts';
import type { ManifestEntry, ManifestHead } from '../../../schemas/manifest.ts';
import { parseJson } from '../../runtime/json.ts';
import {
  type DerivedCheckpoint,
  deriveCheckpoint,
  mergesAt,
  numbersBack,
} from '../growing/derive.ts';
import { shardIndex } from '../manifest.ts';
import type { OpenOutput } from '../open-output.ts';
import { mustHold } from './difference.ts';
import { checkIn } from './place.ts';

/** Returns the paths of the checked files. */
export async function checkCheckpoints(output: OpenOutput, head: ManifestHead): Promise<string[]> {
  const checked: string[] = [];
  const before: DerivedCheckpoint[] = [];
  const [named, last] = [head.checkpoint, output.entries.length];
  for (let number = 0; named !== undefined && number <= named.checkpoint; number += 1) {
    const from = before.at(-1)?.fields.entries[1] ?? 0;
    const path = checkpointPath(number);
    const derived = await checkIn(path, async () => {
      const bytes = await output.store.read(path);
      mustHold(bytes !== null, 'it is missing');
      const to = endStated(bytes);
      mustHold(to > from && to <= last, 'it does not cover the entries after the one before it');
      const made = remake(output, before, to);
      mustHold(bytes.equals(made.bytes), 'it is not what its entries say');
      return made;
    });
    await checkIn(samplesPath(number), async () => {
      const samples = await output.store.read(samplesPath(number));
      mustHold(samples?.equals(derived.samples) === true, 'it does not hold the samples');
    });
    checked.push(path, samplesPath(number));
    before.push(derived);
  }
  const newest = before.at(-1)?.sha256;
  await checkIn('manifest/head.json', async () => {
    mustHold(named?.sha256 === newest, 'it holds another hash of its checkpoint');
  });
  await checkIn(settledPath, () => checkSettled(output));
  await checkIn('shards/index.json', () => checkIndex(output, head, before));
  return [...checked, ...(await nextOnes(output, before))];
}

/** The last entry that a checkpoint says it covers, exclusive; all else is compared as bytes. */
function endStated(bytes: Buffer): number {
  return checkpointSchema.safeParse(parseJson(bytes)).data?.entries[1] ?? -1;
}

function remake(
  { entries, headHash }: OpenOutput,
  before: readonly DerivedCheckpoint[],
  to: number,
): DerivedCheckpoint {
  const [number, last] = [before.length, before.at(-1)?.fields];
  const samplesBefore = last?.samples ?? [];
  const merges = samplesBefore.slice(samplesBefore.length - mergesAt(number));
  return deriveCheckpoint({
    checkpoint: number,
    entries: entries.slice(last?.entries[1] ?? 0, to),
    lastEntry: entries[to]?.previous ?? headHash,
    back: numbersBack(number).flatMap((at) => {
      const one = before[at];
      if (one === undefined) return [];
      return [{ checkpoint: at, firstPack: one.fields.firstPack, sha256: one.sha256 }];
    }),
    samplesBefore,
    merged: merges.flatMap(({ checkpoint }) => before[checkpoint]?.samples ?? []),
  });
}

/** Files of the next checkpoints, which a writer makes before it names them in the head. */
async function nextOnes(
  { store, head, entries }: OpenOutput,
  before: readonly DerivedCheckpoint[],
): Promise<string[]> {
  const left = entries.length - (before.at(-1)?.fields.entries[1] ?? 0);
  const names = await store.list(checkpointFolder);
  const next = names.filter((name) => {
    const number = Number(/^(\d{8})\.(?:json|samples)$/.exec(name)?.[1] ?? -1);
    return number >= before.length && number < before.length + left;
  });
  return head.closed ? [] : next.map((name) => `${checkpointFolder}/${name}`);
}

async function checkSettled({ store, entries }: OpenOutput): Promise<void> {
  const bytes = await store.read(settledPath);
  if (bytes === null) return;
  const stated = settledSchema.safeParse(parseJson(bytes)).data?.entries;
  mustHold(stated !== undefined && stated <= entries.length, 'it names entries that do not exist');
}

/**
 * At the end the index lists all shards. While the data set grows it may be older or newer than the
 * head by one write, and lists what some first entries hold.
 */
async function checkIndex(
  { store, entries, optOuts, head: last }: OpenOutput,
  head: ManifestHead,
  checkpoints: readonly DerivedCheckpoint[],
): Promise<void> {
  const whole = last.closed || checkpoints.length === 0;
  const due = whole ? undefined : indexedCheckpoints(checkpoints.length);
  mustHold(head.indexed === due, 'the head does not say what it covers');
  const index = await store.read('shards/index.json');
  mustHold(index !== null, 'it is missing');
  const indexed = checkpoints[(due ?? 0) - 1]?.fields.entries[1] ?? head.entry;
  const wrong = 'it does not list the shards';
  const listed = (upTo: number) => shardIndex(entries.slice(0, upTo), optOuts);
  if (last.closed) mustHold(index.equals(listed(entries.length)), wrong);
  else {
    const covers = firstEntries(entries, shardsListed(index));
    mustHold(covers >= indexed && index.equals(listed(covers)), wrong);
  }
}

function shardsListed(index: Buffer): number {
  const shards = (parseJson(index) as { shards?: unknown } | null)?.shards;
  return Array.isArray(shards) ? shards.length : -1;
}

/** How many entries from the first have so many shards. */
function firstEntries(entries: readonly ManifestEntry[], shards: number): number {
  const end = entries.findLastIndex((entry) => entry.firstShard + entry.shards.length === shards);
  return end + 1;
}
