/** Knobs of the simulate stage. */
import { z } from 'zod';
import { operational } from '../../runtime/config/knobs.ts';
import { plainKindNames } from './plain.ts';

export const simulateKnobs = z.object({
  concurrency: z
    .number()
    .int()
    .positive()
    .default(8)
    .describe('files simulated at once; each waits for one teacher call')
    .meta(operational),
  plainFiles: z
    .array(z.enum(plainKindNames))
    .default([...plainKindNames])
    .describe(
      'kinds of files that earn no thought: they are written without one, and no call is paid for them; an empty list gives every file a thought',
    ),
  settingsLinesMax: z
    .number()
    .int()
    .min(0)
    .default(5)
    .describe(
      'lines of a file of settings or of plain text that earns no thought, each of 120 bytes at most on average; a longer one gets a thought',
    ),
  readsMax: z
    .number()
    .int()
    .min(0)
    .default(6)
    .describe('dependencies a sub-agent reads per file; more would crowd the context'),
  observationBytesMax: z
    .number()
    .int()
    .min(0)
    .default(24_576)
    .describe('total bytes of observations per file; about 6,000 tokens of masked context'),
  wholeFileBytesMax: z
    .number()
    .int()
    .min(0)
    .default(6_144)
    .describe('a dependency up to this size in bytes is read whole'),
  rangesMax: z
    .number()
    .int()
    .positive()
    .default(4)
    .describe('line ranges read of one larger dependency'),
  rangeLinesMax: z
    .number()
    .int()
    .positive()
    .default(60)
    .describe('lines of one definition that are read; of a longer one, only the first lines'),
  contextLines: z
    .number()
    .int()
    .min(0)
    .default(2)
    .describe('lines shown before and after a definition'),
  headBytesMax: z
    .number()
    .int()
    .min(0)
    .default(2_048)
    .describe('bytes of a larger dependency’s head, read when no definition is known'),
  partBytesMax: z
    .number()
    .int()
    .min(0)
    .default(12_288)
    .describe(
      'a longer file is written in parts of about as many bytes, divided at the borders of its definitions, each after a thought of its own; 0: every file is written at once. A thought leads to about so much code before it would have to leave things out',
    ),
  partsMax: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe('parts of one file at most; their thoughts are one answer of the teacher'),
  thoughtBytesMax: z
    .number()
    .int()
    .positive()
    .default(8_192)
    .describe('bytes of a thought; a longer one is cut at a sentence and logged'),
});

export type SimulateKnobs = z.infer<typeof simulateKnobs>;
