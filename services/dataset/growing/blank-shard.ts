/**
 * A shard without what some repositories have in it. Each pack keeps its place, its length and its
 * pieces, so that the order of a training run stays what it was: the tokens of a piece that leaves
 * become the end of text, none of them trained. Pure.
 */
import type { ProvenanceLine, ReplacedShard } from '../../../schemas/manifest.ts';
import { countTrained, encodeSample, encodeShard, type Pack } from '../../../schemas/mds.ts';
import { canonicalJson } from '../../runtime/ids.ts';
import type { DatasetShard } from '../read-shards.ts';

export interface BlankedShard {
  readonly bytes: Buffer;
  readonly provenance: Buffer;
  readonly trainedTokens: number;
  /** What is blank now, in this shard alone. */
  readonly blanks: ReplacedShard['blanks'];
  readonly samples: ReadonlySet<string>;
}

export function blankShard(
  { facts, packs, provenance }: Pick<DatasetShard, 'facts' | 'packs' | 'provenance'>,
  leaves: (line: ProvenanceLine) => boolean,
  endOfText: number,
): BlankedShard {
  const leaving = Map.groupBy(provenance.filter(leaves), (line) => line.pack - facts.firstPack);
  const blanked = packs.map((pack, row) => blankPack(pack, leaving.get(row) ?? [], endOfText));
  const kept = provenance.filter((line) => !leaves(line));
  const all = [...leaving.values()].flat();
  return {
    bytes: encodeShard(blanked.map(encodeSample)),
    provenance: Buffer.from(kept.map((line) => `${canonicalJson(line)}\n`).join('')),
    trainedTokens: blanked.reduce((sum, { mask }) => sum + countTrained(mask), 0),
    blanks: all.map(({ pack, tokens: [start, end] }) => [pack, start, end]),
    samples: new Set(all.map(({ sampleId }) => sampleId)),
  };
}

function blankPack(pack: Pack, lines: readonly ProvenanceLine[], endOfText: number): Pack {
  if (lines.length === 0) return pack;
  const inputIds = pack.inputIds.slice();
  const mask = pack.mask.slice();
  for (const { tokens } of lines) {
    inputIds.fill(endOfText, ...tokens);
    mask.fill(0, ...tokens);
  }
  return { ...pack, inputIds, mask };
}
