/**
 * Outputs to measure the feed on: one with shards of long packs, and manifests of any length of
 * which only those files exist that a feed reads at its first and its last pack.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointEntries, checkpointPath } from '../../../schemas/checkpoint.ts';
import type { ManifestEntry } from '../../../schemas/manifest.ts';
import { encodeSample, encodeShard } from '../../../schemas/mds.ts';
import {
  deriveCheckpoint,
  type NamedCheckpoint,
} from '../../../services/dataset/growing/derive.ts';
import { entryPath, headPath, shardIndex } from '../../../services/dataset/manifest.ts';
import { canonicalJson, sha256 } from '../../../services/runtime/ids.ts';

const contextLength = 65_536;
const packsPerShard = 16;

type Shard = ManifestEntry['shards'][number];

/** Random tokens of a vocabulary of 2^17, so that nothing is easier to read than real data. */
function packBytes(seed: number, tokens: number): Buffer {
  let state = seed + 1;
  const inputIds = Uint32Array.from({ length: tokens }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 15;
  });
  const mask = new Uint8Array(tokens).fill(1);
  const pieces = Array.from({ length: 8 }, (_, at) => at * (tokens / 8));
  const indices = pieces.map((start): [number, number] => [start, start + tokens / 8]);
  return Buffer.from(encodeSample({ domain: 'bench', inputIds, mask, indices }));
}

async function write(path: string, bytes: string | Uint8Array): Promise<string> {
  await writeFile(path, bytes);
  return sha256(bytes);
}

/** A closed output of so many shards in one entry. */
export async function writeOutput(out: string, shards: number): Promise<void> {
  await mkdir(join(out, 'shards'), { recursive: true });
  await mkdir(join(out, 'manifest'));
  const listed: Shard[] = [];
  for (let number = 0; number < shards; number += 1) {
    const rows = Array.from({ length: packsPerShard }, (_, at) =>
      packBytes(number * packsPerShard + at, contextLength),
    );
    listed.push(await writeShard(out, number, rows, number * packsPerShard));
  }
  const entry = entryOf(0, null, listed, true);
  await writeFile(join(out, 'shards/index.json'), shardIndex([entry]));
  await writeHead(out, 0, await writeEntry(out, entry), undefined);
}

async function writeShard(out: string, number: number, rows: Buffer[], firstPack: number) {
  const bytes = encodeShard(rows);
  const path = `shards/shard.${String(number).padStart(5, '0')}.mds`;
  const hash = await write(join(out, path), bytes);
  return { path, sha256: hash, bytes: bytes.byteLength, packs: rows.length, firstPack } as Shard;
}

function entryOf(entry: number, previous: string | null, shards: Shard[], closed: boolean) {
  const firstPack = shards[0]?.firstPack ?? 0;
  const facts = { format: 2, dataset: 'bench', contextLength, samples: [] };
  return { ...facts, entry, previous, firstPack, shards, closed } as unknown as ManifestEntry;
}

function writeEntry(out: string, entry: ManifestEntry): Promise<string> {
  return write(join(out, entryPath(entry.entry)), `${canonicalJson(entry)}\n`);
}

async function writeHead(
  out: string,
  entry: number,
  hash: string,
  checkpoint: { checkpoint: number; sha256: string } | undefined,
): Promise<void> {
  const head = { format: 1, entry, sha256: hash, files: [], checkpoint };
  await write(join(out, headPath), `${canonicalJson(head)}\n`);
}

/** A growing output of so many entries, each with one shard of one pack. */
export async function writeManifest(out: string, entries: number): Promise<void> {
  for (const folder of ['shards', 'manifest/checkpoints']) {
    await mkdir(join(out, folder), { recursive: true });
  }
  const row = packBytes(0, 1024);
  const first = await writeShard(out, 0, [row], 0);
  const last = await writeShard(out, entries - 1, [row], entries - 1);
  const shardAt = (number: number): Shard => {
    if (number === entries - 1) return last;
    const path = `shards/shard.${String(number).padStart(5, '0')}.mds`;
    return { ...first, path, firstPack: number };
  };
  const covered = entries - (entries % checkpointEntries);
  let previous = await writeEntry(out, entryOf(0, null, [shardAt(0)], false));
  const from = covered === 0 ? 1 : covered - 1;
  for (let entry = from; entry < covered; entry += 1) {
    previous = await writeEntry(out, entryOf(entry, '0'.repeat(64), [shardAt(entry)], false));
  }
  const checkpoint = await writeCheckpoints(out, covered, previous, shardAt);
  for (let entry = Math.max(1, covered); entry < entries; entry += 1) {
    previous = await writeEntry(out, entryOf(entry, previous, [shardAt(entry)], false));
  }
  await writeHead(out, entries - 1, previous, checkpoint);
}

async function writeCheckpoints(
  out: string,
  covered: number,
  lastEntry: string,
  shardAt: (number: number) => Shard,
): Promise<NamedCheckpoint | undefined> {
  const before: NamedCheckpoint[] = [];
  for (let from = 0; from < covered; from += checkpointEntries) {
    const checkpoint = before.length;
    const entries = Array.from({ length: checkpointEntries }, (_, at) =>
      entryOf(from + at, null, [shardAt(from + at)], false),
    );
    const back: NamedCheckpoint[] = [];
    for (let jump = 1; jump <= checkpoint; jump *= 2) {
      const one = before[checkpoint - jump];
      if (one !== undefined) back.push(one);
    }
    const derived = deriveCheckpoint({
      ...{ checkpoint, entries, back, samplesBefore: [], merged: [] },
      lastEntry: from + checkpointEntries === covered ? lastEntry : '0'.repeat(64),
    });
    const hash = await write(join(out, checkpointPath(checkpoint)), derived.bytes);
    before.push({ checkpoint, firstPack: from, sha256: hash });
  }
  return before.at(-1);
}
