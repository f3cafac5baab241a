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
});

export type FlattenKnobs = z.infer<typeof flattenKnobs>;
