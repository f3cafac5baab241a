/**
 * Knobs for all kinds of scorers; each kind reads those it needs. Knobs that change a score are in
 * the scorer's configuration hash. The API key comes from the environment, never from a knob.
 */
import { z } from 'zod';
import { fileContents, operational, ownersOnly } from '../runtime/config/knobs.ts';

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
      'Threads of the kinds bytes and llama; 0 takes all cores, since the main loop mostly waits for them, for llama all but one. Results do not depend on it',
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
  file: z
    .string()
    .default('')
    .describe('The GGUF file of the model, for kind llama; its bytes are part of the configuration')
    .meta({ ...fileContents, example: 'models/qwen2.5-coder-1.5b-q8_0.gguf' }),
  libraryFolder: z
    .string()
    .default('')
    .describe(
      'Folder into which node-llama-cpp was installed, for kind llama; empty where it stands beside backstory. The error for a missing one says the command that installs it',
    )
    .meta({ ...operational, ...ownersOnly, example: '/opt/llama' }),
  timeoutMs: z
    .int()
    .min(1)
    .max(3_600_000)
    .default(120_000)
    .describe(
      'Longest wait for one answer of a scorer behind an address, and for a sign of life of kind llama, milliseconds. Default two minutes, for a full prefill of a long context behind a queue',
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
