/** Knobs of the scorer, under `scorer.*`. Those that change a score are part of its identity. */
import { z } from 'zod';
import { operational, ownersOnly } from '../runtime/config/knobs.ts';

export const scorerKnobs = z.object({
  kind: z
    .enum(['bytes', 'http'])
    .default('bytes')
    .describe(
      'bytes: the built-in byte model, no server; http: an OpenAI-compatible completions server that echoes the prompt with log probabilities. Default bytes, because it runs everywhere',
    ),
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
    .describe('Base address of the http scorer, up to and with /v1; needed for kind http')
    .meta({ ...ownersOnly, example: 'http://localhost:8000/v1' }),
  model: z.string().default('').describe('Model name that the http scorer asks for'),
  timeoutMs: z
    .int()
    .min(1)
    .max(3_600_000)
    .default(120_000)
    .describe(
      'Longest wait for one answer of the http scorer, milliseconds. Default two minutes, for a full prefill of a long context behind a queue',
    )
    .meta(operational),
  requestsMax: z
    .int()
    .min(1)
    .max(1024)
    .default(8)
    .describe('Requests of the http scorer under way at once. Default 8, enough to fill a batch')
    .meta(operational),
});

export type ScorerKnobs = z.infer<typeof scorerKnobs>;
