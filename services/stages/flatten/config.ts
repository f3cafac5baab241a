/** Knobs of flatten. */
import { z } from 'zod';

export const flattenKnobs = z.object({
  writesWithoutThought: z
    .enum(['trained', 'masked'])
    .default('trained')
    .describe(
      'What becomes of the write of a file for which the teacher gave no thought: trained, its code is as real as any; masked, so that no model learns to write without thinking first.',
    ),
  episodeTokens: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'Tokens, by estimate, above which a repository becomes several episodes of at most this length, each with a part of the plan and its files; null takes sink.contextLength, 0 makes one document however long.',
    )
    .meta({ follows: 'sink.contextLength', example: '32768' }),
  briefBytesMax: z
    .int()
    .min(0)
    .default(2_000)
    .describe(
      'Bytes of the requirements that an episode after the first repeats, masked, in whole lines; less where episodes are short. 2,000 are about 450 tokens.',
    ),
});

export type FlattenKnobs = z.infer<typeof flattenKnobs>;
