/** Knobs of flatten. */
import { z } from 'zod';

export const flattenKnobs = z.object({
  dependenciesMax: z
    .int()
    .min(0)
    .default(40)
    .describe(
      'Dependencies named in what a sub-agent is asked, a count; the rest are counted there. 40 keeps a generated index file from filling a context with masked names.',
    ),
});

export type FlattenKnobs = z.infer<typeof flattenKnobs>;
