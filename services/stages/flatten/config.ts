/** Knobs of flatten. */
import { z } from 'zod';

export const flattenKnobs = z.object({
  writesWithoutThought: z
    .enum(['trained', 'masked'])
    .default('trained')
    .describe(
      'What becomes of the write of a file for which the teacher gave no thought: trained, its code is as real as any; masked, so that no model learns to write without thinking first.',
    ),
});

export type FlattenKnobs = z.infer<typeof flattenKnobs>;
