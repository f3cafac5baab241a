/** Sums over the catalogue of an output, for the view of the whole data set. Pure. */

import type { ModelIdentity } from '../../../schemas/generated/types.ts';
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import type { Count, Gain, Totals } from '../api.ts';
import type { Columns } from './columns.ts';
import type { LanguageCount } from './rows.ts';

export interface TotalsInput {
  readonly columns: Columns;
  readonly languages: ReadonlyMap<string, LanguageCount>;
  readonly head: ManifestEntry;
  /** Shards that the columns hold. */
  readonly shards: readonly ManifestShard[];
}

/** A histogram has so many buckets: 2^40 tokens are in no document. */
const bucketsMax = 40;
const shareBuckets = 20;

export function totalsOf({ columns, languages, head, shards }: TotalsInput): Totals {
  const packs = shards.reduce((sum, shard) => sum + shard.packs, 0);
  const packed = shards.reduce((sum, shard) => sum + shard.tokens, 0);
  const room = packs * head.contextLength;
  const { template, masking, name } = head.tokenizer;
  return {
    ...sumRows(columns),
    samples: columns.size,
    repositories: columns.repositories,
    packs,
    shards: shards.length,
    contextLength: head.contextLength,
    paddingShare: room === 0 ? 0 : (room - packed) / room,
    tokenizer: name,
    template,
    masking,
    languages: byBytes([...languages.values()].map((count) => ({ ...count, tokens: 0 }))),
    teachers: columns.teachers.texts.map((text) => JSON.parse(text) as ModelIdentity),
    scorers: columns.scorers.texts.map((text) => JSON.parse(text) as ModelIdentity | null),
    lacks: [...columns.lacks].map(([what, count]) => ({ what, count })),
  };
}

function sumRows(columns: Columns) {
  const licences = columns.licences.texts.map((name) => ({
    name,
    samples: 0,
    files: 0,
    tokens: 0,
    bytes: 0,
  }));
  const sums = { incomplete: 0, files: 0, tokens: 0, trainedTokens: 0, textBytes: 0 };
  const gain = { targetBytes: 0, bitsBefore: 0, bitsAfter: 0 };
  const buckets = new Array<number>(bucketsMax).fill(0);
  const trainedShares = new Array<number>(shareBuckets).fill(0);
  for (let row = 0; row < columns.size; row += 1) {
    const [files, tokens] = [columns.number('files', row), columns.number('tokens', row)];
    const trained = columns.number('trained', row);
    const licence = licences[columns.number('licence', row)];
    sums.files += files;
    sums.tokens += tokens;
    sums.trainedTokens += trained;
    sums.textBytes += columns.number('bytes', row);
    if (columns.number('held', row) < columns.number('pieces', row)) sums.incomplete += 1;
    if (licence !== undefined) {
      licence.samples += 1;
      licence.files += files;
      licence.tokens += tokens;
      licence.bytes += columns.number('bytes', row);
    }
    for (const name of ['targetBytes', 'bitsBefore', 'bitsAfter'] as const) {
      gain[name] += columns.number(name, row);
    }
    increase(buckets, Math.floor(Math.log2(Math.max(1, tokens))));
    increase(trainedShares, Math.floor((trained / Math.max(1, tokens)) * shareBuckets));
  }
  const search: Gain | null = gain.targetBytes === 0 ? null : gain;
  return { ...sums, licences: byBytes(licences), lengths: { buckets }, trainedShares, search };
}

function increase(counts: number[], bucket: number): void {
  const place = Math.min(counts.length - 1, bucket);
  counts[place] = (counts[place] ?? 0) + 1;
}

function byBytes(counts: readonly Count[]): Count[] {
  return [...counts].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}
