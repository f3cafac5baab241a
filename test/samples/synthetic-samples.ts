/** Samples that no output holds, as columns, and as an output with the kept rows of its shards. */
import { join } from 'node:path';
import type { ManifestEntry, ManifestShard } from '../../schemas/manifest.ts';
import { createEntry } from '../../services/dataset/manifest.ts';
import { sha256 } from '../../services/runtime/ids.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { type Columns, createColumns } from '../../services/ui/catalogue/columns.ts';
import { keptRowsName } from '../../services/ui/catalogue/kept-rows.ts';
import {
  type ShardRow,
  type ShardRows,
  shardRowsVersion,
} from '../../services/ui/catalogue/rows.ts';

const shardSamples = 1_000;

/** A catalogue of samples; each tenth was searched, each hundredth lacks something. */
export function syntheticColumns(samples: number): Columns {
  const columns = createColumns();
  for (let from = 0; from < samples; from += shardSamples)
    columns.add(syntheticRows(from, samples));
  return columns;
}

/**
 * An output whose manifest names shards that are not there, while the cache has the rows of each:
 * all that the views of a data set need. The tokenizer is that of another output.
 */
export async function writeSyntheticOutput(
  out: string,
  cacheFolder: string,
  { runId, contextLength, tokenizer, carried, format }: ManifestEntry,
  samples: number,
): Promise<void> {
  const cache = openLocalObjects(cacheFolder);
  const shards: ManifestShard[] = [];
  for (let from = 0; from < samples; from += shardSamples) {
    const shard = syntheticShard(shards.length);
    shards.push(shard);
    const rows = JSON.stringify(syntheticRows(from, samples));
    await cache.replace(keptRowsName(shard), Buffer.from(rows));
  }
  await createEntry(openLocalObjects(out), {
    ...{ format, runId, contextLength, tokenizer, dataset: 'many', entry: 0, previous: null },
    ...{ firstPack: 0, firstShard: 0, shards, sources: [], nextSequence: 0, samples: [] },
    carried: { ...carried, samples: [], pending: [], open: [] },
    ...{ maskedPieces: 0, closed: true },
  });
}

function syntheticShard(number: number): ManifestShard {
  const name = `shard.${String(number).padStart(5, '0')}`;
  const file = (path: string) => ({ path, bytes: 1, sha256: sha256(path) });
  return {
    ...file(join('shards', `${name}.mds`)),
    ...{ firstPack: number, packs: 1, tokens: 1, trainedTokens: 1 },
    provenance: file(join('provenance', `${name}.jsonl`)),
  };
}

function syntheticRows(from: number, samples: number): ShardRows {
  const length = Math.min(shardSamples, samples - from);
  const rows = Array.from({ length }, (_, place) => syntheticRow(from + place));
  return { version: shardRowsVersion, rows, languages: [] };
}

function syntheticRow(place: number): ShardRow {
  const mixed = (place * 2_654_435_761) % 1_000_003;
  const bits = { targetBytes: 100, bitsBefore: 200, bitsAfter: 200 - (mixed % 100) };
  return {
    id: place.toString(16).padStart(32, '0'),
    repositoryId: `repository-${place}`,
    name: `name-${mixed}`,
    origin: `owner-${place % 1_000}/name-${mixed}`,
    licence: ['MIT', 'Apache-2.0', 'ISC', 'unknown'][place % 4] ?? '',
    episode: null,
    bytes: mixed * 4,
    gain: place % 10 === 0 ? bits : null,
    teacher: 'null',
    scorer: 'null',
    pieces: 1,
    held: 1,
    tokens: mixed,
    trained: mixed >> 1,
    first: { files: place % 50, lacks: place % 100 === 0 ? { thought: 1 } : {} },
  };
}
