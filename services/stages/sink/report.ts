/** What the sink counts, and what a run's summary says of the shards. Pure. */
import type { ShardSealedBody } from '../../../schemas/generated/types.ts';
import { section, tally } from '../../runtime/report.ts';
import type { Tools } from '../../runtime/stage.ts';
import type { SinkKnobs } from './config.ts';

export const sinkReport = {
  counters: {
    tokens_packed: { help: 'Tokens placed into packs.', unit: 'tokens' },
    tokens_trained: { help: 'Of these, tokens with mask 1.', unit: 'tokens' },
    packs_written: { help: 'Packs written to shards.', unit: 'packs' },
    shards_sealed: { help: 'Shards that became part of the data set.', unit: 'shards' },
  },
  // Packs that are still open are counted; only sealed shards have records.
  tallies: { tokens: tally('shard-sealed', ({ tokens }) => tokens, 'tokens_packed') },
  section: section('shard-sealed', openShardTotals),
};

export type SinkTools = Tools<'sink', SinkKnobs, typeof sinkReport>;

interface ShardTotals {
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly packs: number;
  readonly shards: number;
  /** Share of context left empty over all packs, 0 to 1. */
  readonly paddingShare: number;
}

function openShardTotals() {
  const sums = { tokens: 0, trainedTokens: 0, packs: 0, shards: 0 };
  let room = 0;
  return {
    add: ({ tokens, trainedTokens, packs, contextLength }: ShardSealedBody) => {
      sums.tokens += tokens;
      sums.trainedTokens += trainedTokens;
      sums.packs += packs;
      sums.shards += 1;
      room += packs * contextLength;
    },
    facts: (): ShardTotals => ({
      ...sums,
      paddingShare: room === 0 ? 0 : (room - sums.tokens) / room,
    }),
  };
}
