/** Knobs of the search stage, under `search.*`. */
import { z } from 'zod';
import { usualLeakLimits } from '../../ports/leak-guard.ts';
import { operational } from '../../runtime/config/knobs.ts';

export const searchKnobs = z.object({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Whether thoughts are rewritten; off passes every trace on as it is. Default on, as in the paper; data sets of both kinds are worth exporting',
    ),
  concurrency: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe('Files searched at once; each waits for the teacher or the scorer most of the time')
    .meta(operational),
  candidates: z
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe("Rewrites asked for per iteration. Default 2, the paper's"),
  iterations: z
    .int()
    .min(1)
    .max(64)
    .default(3)
    .describe("Iterations per thought. Default 3, the paper's"),
  idleRoundsMax: z
    .int()
    .min(1)
    .max(64)
    .default(3)
    .describe(
      'Iterations in a row without an accepted rewrite after which the search of a thought ends. Default 3, so that the default search runs in full: a later rewrite often succeeds. Lower it to save calls',
    ),
  triedMax: z
    .int()
    .min(0)
    .max(256)
    .default(8)
    .describe(
      'Earlier rewrites of a thought that the teacher is told with their bits, the latest ones. Default 8, all but the last round of the default search',
    ),
  weakLinesMax: z
    .int()
    .min(0)
    .max(256)
    .default(5)
    .describe(
      'Lines of the code that the teacher is told because they surprise the scorer most, where it knows bits per token. Default 5; 0 tells none',
    ),
  rewritesPerRepositoryMax: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Rewrites asked for in a whole repository, divided evenly among its files in writing order. Default 0, no limit: a thought costs at most candidates times iterations',
    ),
  bytesPerPlace: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'A targeted search: one place, and so one iteration, for each so many bytes of code, where the scorer is surprised although the context helps; 4096 is about one per 1,000 tokens. Default 0, every thought is searched in full',
    ),
  leaveOutWeak: z
    .boolean()
    .default(false)
    .describe(
      'Whether a file is written without its thoughts if its code is not more probable after them than without, by the margin. Default off: bits are not all that a thought is for, and a model that learns to write without thinking does so',
    ),
  keepTexts: z
    .boolean()
    .default(true)
    .describe(
      'Whether the log keeps the text of every scored rewrite, for export --format preferences. Default on: some kilobytes per file and no further call',
    ),
  gainBitsMin: z
    .number()
    .min(0)
    .default(8)
    .describe(
      'Bits by which a rewrite must lower the bits of the code to be kept. Default 8, above the noise of a model served in bf16: about 0.03 nat a token, 2 bits over 1,500 tokens',
    ),
  gainShareMin: z
    .number()
    .min(0)
    .max(1)
    .default(0.005)
    .describe(
      'The same margin as a share of the bits so far; the larger of the two margins applies. Default half a per cent, since the noise and the effect of mere wording grow with the file',
    ),
  contextBytesMax: z
    .int()
    .min(0)
    .default(16_384)
    .describe(
      'Bytes of requirements and observations that the scorer sees before the thought. Default 16 KiB, about 4,000 tokens, most of what a sub-agent reads',
    ),
  requirementsBytesMax: z
    .int()
    .min(0)
    .default(2048)
    .describe('Bytes of the requirements in that context, from their start. Default 2 KiB'),
  targetBytesMax: z
    .int()
    .min(1)
    .default(32_768)
    .describe(
      'Bytes of code that are scored; a larger file is scored on its head. Default 32 KiB, above nineteen of twenty source files',
    ),
  thoughtBytesMax: z
    .int()
    .min(1)
    .default(8192)
    .describe(
      'Longest rewrite in bytes. Default 8 KiB, as for first thoughts; length alone can lower bits',
    ),
  growthMax: z
    .number()
    .min(1)
    .default(2)
    .describe(
      'Longest rewrite as a multiple of the first thought. Default 2: thoughts grow in a good search, but must not buy the gain with length',
    ),
  growthBytesMin: z
    .int()
    .min(0)
    .default(1024)
    .describe('A rewrite may always have this many bytes, so that a terse first thought can grow'),
  leakWordsMax: z
    .int()
    .min(1)
    .default(usualLeakLimits.leakWordsMax)
    .describe(
      'A rewrite that shares a run of this many words with the code is refused. Default 12: longer than a short signature, shorter than a copied statement or two',
    ),
  leakShareWords: z
    .int()
    .min(1)
    .default(usualLeakLimits.leakShareWords)
    .describe('Words per run when the copied share of the code is measured. Default 5'),
  leakShareMax: z
    .number()
    .min(0)
    .max(1)
    .default(usualLeakLimits.leakShareMax)
    .describe(
      'Largest share of the runs of the code that a rewrite may hold. Default a fifth, which stops a copy in small pieces and a copy of a short file',
    ),
});

export type SearchKnobs = z.infer<typeof searchKnobs>;
