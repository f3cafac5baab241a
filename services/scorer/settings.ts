/**
 * Knobs for all kinds of scorers; each kind reads those it needs. Knobs that change a score are in
 * the scorer's configuration hash. The API key comes from the environment, never from a knob.
 */
import { z } from 'zod';
import { operational, ownersOnly } from '../runtime/config/knobs.ts';

export const scorerSettings = z.object({
  contextBytesMax: z
    .int()
    .min(0)
    .max(1 << 20)
    .default(65_536)
    .describe(
      'Bytes of context kept, from its end; more is cut off. Default 64 KiB, above what the search sends, so that it only guards',
    ),
  threads: z
    .int()
    .min(0)
    .max(256)
    .default(0)
    .describe(
      'Threads of the bytes scorer; 0 takes all cores, since the main loop mostly waits for them. Results do not depend on it',
    )
    .meta(operational),
  url: z
    .string()
    .default('')
    .describe(
      'Base address of the scorer: for kind http up to and with /v1, for the others without; several with commas between them for kind backstory',
    )
    .meta({ ...ownersOnly, example: 'http://localhost:8000/v1' }),
  model: z
    .string()
    .default('')
    .describe(
      'Model name that the server is asked for; for kind backstory NAME@CONFIGURATION as npm run scorer prints it',
    ),
  timeoutMs: z
    .int()
    .min(1)
    .max(3_600_000)
    .default(120_000)
    .describe(
      'Longest wait for one answer of a scorer behind an address, milliseconds. Default two minutes, for a full prefill of a long context behind a queue',
    )
    .meta(operational),
  requestsMax: z
    .int()
    .min(1)
    .max(1024)
    .default(8)
    .describe(
      'Requests to a scorer behind an address under way at once. Default 8, enough to fill a batch',
    )
    .meta(operational),
});

export type ScorerSettings = z.infer<typeof scorerSettings>;
