/** Knobs of the sink. */
import { z } from 'zod';
import { maskingNames, templateNames } from '../../../schemas/trajectory-text.ts';

export const sinkKnobs = z.object({
  contextLength: z
    .int()
    .min(64)
    .default(65_536)
    .describe('Tokens a pack has room for, a count; the length of the context to be trained.'),
  tokenizer: z
    .string()
    .default('')
    .describe(
      'Path of a tokenizer.json (byte-level BPE); empty takes the vocabulary of Qwen3, whose licence is Apache-2.0.',
    ),
  endOfText: z
    .string()
    .default('')
    .describe(
      "Text of the control token that follows a document; empty takes the tokenizer's own <|endoftext|>, <|end_of_text|> or the like.",
    ),
  template: z
    .enum(templateNames)
    .default('tags')
    .describe(
      "How a trajectory is written: tags, as plain text, for any vocabulary; chat, in turns between the vocabulary's own control tokens (ChatML or Llama 3), for models that know them.",
    ),
  masking: z
    .enum(maskingNames)
    .default('segments')
    .describe(
      'Which text is tokenized together. segments: each segment by itself, as a model writes it that begins a new turn. joint: all text between two control tokens, as other tools do; a token of two segments is trained only if both are.',
    ),
  prefixTokensMax: z
    .int()
    .min(0)
    .default(2_048)
    .describe(
      'Tokens that a continued piece may repeat, masked, from the start of its document: requirements, its files in the plan, the current file; what is longer is left out. 2,048 is 3 % of the default context.',
    ),
  openPacksMax: z
    .int()
    .min(1)
    .default(50)
    .describe(
      'Packs that wait for a piece that fits, a count; above it the fullest is sealed. 50 is what ProLong used; more packs tighter and holds more memory.',
    ),
  sealFreeTokensMax: z
    .int()
    .min(0)
    .default(64)
    .describe(
      'A pack with this many free tokens or fewer is sealed, because hardly any piece is so short.',
    ),
  shardBytesMax: z
    .int()
    .min(1_024)
    .max(2 ** 31)
    .default(64 * 2 ** 20)
    .describe(
      'Bytes of a shard file before the next one begins; a single larger pack still gets a shard. 64 MiB is the size other tools write, about 200 packs of the default context.',
    ),
  tokenizerThreads: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .meta({ operational: true })
    .describe(
      'Threads that tokenize, each one sample at a time; 0 tokenizes in the main thread. Useful where the sink is the slowest stage; each thread holds its own tables, about 250 MB for the vocabulary of Qwen3.',
    ),
  quietMs: z
    .int()
    .min(1)
    .default(60_000)
    .meta({ operational: true })
    .describe(
      'Milliseconds without a record after which a live stream seals what waits for more, full or not. A bounded run ignores it: its bytes must not depend on the clock. A minute costs one padded shard per pause of the stream.',
    ),
  conflictsMax: z
    .int()
    .min(1)
    .default(16)
    .describe(
      'Times in a row that the next manifest number may be taken without a readable entry before a writer gives up, a count. A race lost to another writer does not count.',
    ),
});

export type SinkKnobs = z.infer<typeof sinkKnobs>;
