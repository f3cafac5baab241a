/** Sums over the catalogue of an output, for the view of the whole data set. Pure. */
import type { ModelIdentity } from '../../../schemas/generated/types.ts';
import type { ManifestEntry, ManifestShard } from '../../../schemas/manifest.ts';
import type { Count, Gain, Totals } from '../api.ts';
import type { Columns } from './columns.ts';
import type { LanguageCount } from './rows.ts';

/** What totals need of the last entry of the manifest. */
export type TotalsHead = Pick<ManifestEntry, 'entry' | 'contextLength' | 'tokenizer'>;

export interface TotalsInput {
  readonly columns: Columns;
  readonly languages: ReadonlyMap<string, LanguageCount>;
  readonly head: TotalsHead;
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

/** Columns that are summed. */
const summed = [
  ...(['files', 'tokens', 'trained', 'bytes', 'licence', 'held', 'pieces'] as const),
  ...(['targetBytes', 'bitsBefore', 'bitsAfter'] as const),
] as const;

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
  const all = Object.fromEntries(summed.map((name) => [name, columns.numbers(name)])) as Record<
    (typeof summed)[number],
    Float64Array
  >;
  for (let row = 0; row < columns.size; row += 1) {
    const [files, tokens] = [all.files[row] ?? 0, all.tokens[row] ?? 0];
    const [trained, bytes] = [all.trained[row] ?? 0, all.bytes[row] ?? 0];
    const licence = licences[all.licence[row] ?? -1];
    sums.files += files;
    sums.tokens += tokens;
    sums.trainedTokens += trained;
    sums.textBytes += bytes;
    if ((all.held[row] ?? 0) < (all.pieces[row] ?? 0)) sums.incomplete += 1;
    if (licence !== undefined) {
      licence.samples += 1;
      licence.files += files;
      licence.tokens += tokens;
      licence.bytes += bytes;
    }
    gain.targetBytes += all.targetBytes[row] ?? 0;
    gain.bitsBefore += all.bitsBefore[row] ?? 0;
    gain.bitsAfter += all.bitsAfter[row] ?? 0;
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
