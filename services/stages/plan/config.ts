/** Knobs of the plan stage. */
import { z } from 'zod';
import { operational } from '../../runtime/config/knobs.ts';

export const planKnobs = z.object({
  concurrency: z
    .number()
    .int()
    .positive()
    .default(4)
    .describe('repositories planned at once; a plan is one or a few teacher calls')
    .meta(operational),
  readmeBytesMax: z
    .number()
    .int()
    .min(0)
    .default(8_192)
    .describe('first bytes of the README shown to the teacher; enough for the introduction'),
  manifestsMax: z
    .number()
    .int()
    .min(0)
    .default(8)
    .describe('manifest files shown to the teacher, nearest the top first'),
  manifestBytesMax: z
    .number()
    .int()
    .min(0)
    .default(4_096)
    .describe('first bytes of each manifest shown to the teacher'),
  dependenciesMax: z
    .number()
    .int()
    .min(0)
    .default(16)
    .describe(
      'dependencies listed per file in the plan, most important first; simulate reads fewer',
    ),
  purposeBytesMax: z
    .number()
    .int()
    .positive()
    .default(400)
    .describe('bytes of a file’s purpose; a longer one is cut at a word'),
  offersMax: z
    .number()
    .int()
    .min(0)
    .default(6)
    .describe(
      'names listed per file in the plan as what it offers, those with most users first; 0 lists none',
    ),
  moduleFilesMax: z
    .number()
    .int()
    .positive()
    .default(40)
    .describe(
      'files of a module; a repository with more files is planned from the top down: as a whole, then by modules, then the files of each',
    ),
  moduleBytesMax: z
    .number()
    .int()
    .positive()
    .default(160_000)
    .describe(
      'bytes of a module’s files, so that a module and its thoughts are about an episode of 65,536 tokens; a larger file is a module of its own',
    ),
  modulePurposeBytesMax: z
    .number()
    .int()
    .positive()
    .default(800)
    .describe('bytes of a module’s purpose; a longer one is cut at a word'),
  textBytesMax: z
    .number()
    .int()
    .positive()
    .default(24_576)
    .describe('bytes of requirements and of architecture each; a longer answer is invalid'),
});

export type PlanKnobs = z.infer<typeof planKnobs>;
