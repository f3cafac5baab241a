/** Knobs of flatten. */
import { z } from 'zod';

export const flattenKnobs = z.object({
  dependenciesMax: z
    .int()
    .min(0)
    .default(40)
    .describe(
      'Number of dependencies that a sub-agent’s task names; it only counts the others. 40 keeps a generated index file from filling a context with masked names.',
    ),
  writesWithoutThought: z
    .enum(['trained', 'masked'])
    .default('trained')
    .describe(
      'What becomes of the write of a file for which the teacher gave no thought: trained, its code is as real as any; masked, so that no model learns to write without thinking first.',
    ),
});

export type FlattenKnobs = z.infer<typeof flattenKnobs>;
