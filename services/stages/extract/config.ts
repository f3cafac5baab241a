/** Knobs of extract. Those that cannot change an output byte are marked operational. */
import { z } from 'zod';
import { operational, ownersOnly } from '../../runtime/config/knobs.ts';

export const extractKnobs = z.object({
  concurrency: z
    .int()
    .min(1)
    .default(2)
    .describe('Repositories in work at once; two keep the parsers busy while one is resolved.')
    .meta(operational),
  processes: z
    .int()
    .min(0)
    .default(0)
    .describe('Parser processes; 0 means one less than there are cores, at least one.')
    .meta(operational),
  parseBytesMax: z
    .int()
    .min(1)
    .default(1024 * 1024)
    .describe(
      'Files above this many bytes are not parsed; hand-written files stay far below 1 MiB.',
    ),
  notebookBytesMax: z
    .int()
    .min(1)
    .default(16 * 1024 * 1024)
    .describe(
      'Notebooks above this many bytes are not parsed; most of their bytes are outputs, since a figure takes about 100 KB.',
    ),
  parseTimeMsMax: z
    .int()
    .min(1)
    .default(10_000)
    .describe(
      'Milliseconds of processor time a parser may take for a file; 1 MiB takes well under 2 s.',
    ),
  filesParsedMax: z
    .int()
    .min(1)
    .default(20_000)
    .describe('Files parsed per repository, in path order; the rest are listed only.'),
  bytesParsedMax: z
    .int()
    .min(1)
    .default(512 * 1024 * 1024)
    .describe(
      'Bytes parsed per repository, in path order; the rest are listed only. Above what admit lets through; one core parses 512 MiB in some minutes.',
    ),
  repositoryTimeMsMax: z
    .int()
    .min(1)
    .default(3_600_000)
    .describe(
      'Milliseconds after which no further file of a repository is parsed; the rest are listed. An hour is ten times what 512 MiB take; only a starved machine gets there.',
    ),
  outlineErrorRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe(
      'Share of a file inside syntax errors above which line patterns complete its outline. Macros that the grammar cannot know cost some files of C++ a fifth; below 5 % little is lost.',
    ),
  cacheFolder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Folder where what was parsed is kept for the next run; several processes may share it. Null: a run keeps it in its output folder, and `structure` keeps nothing.',
    )
    .meta({ ...operational, ...ownersOnly }),
  cacheBytesMax: z
    .int()
    .min(0)
    .default(256 * 1024 * 1024)
    .describe(
      'Bytes of that cache; the oldest entries go first, 0 turns it off. An entry has a fifth of the bytes of its file, so 256 MiB remember more than 1 GiB of source.',
    )
    .meta(operational),
  symbolsPerFileMax: z
    .int()
    .min(0)
    .default(2000)
    .describe('Definitions kept per file, in source order; more than this is generated code.'),
  edgesPerFileMax: z
    .int()
    .min(1)
    .default(1000)
    .describe('Dependencies kept per file, the most certain first; large barrels have 700.'),
  hangMsMax: z
    .int()
    .min(1)
    .default(120_000)
    .describe(
      'Milliseconds without an answer after which a parser process is killed: what parseTimeMsMax allows, on a machine with twelve times the work it can do.',
    )
    .meta(operational),
  childFilesMax: z
    .int()
    .min(1)
    .default(20_000)
    .describe(
      'Files after which a parser process is replaced even if its memory has not grown; starting another takes as long as parsing half a megabyte.',
    )
    .meta(operational),
  childBytesMax: z
    .int()
    .min(1)
    .default(256 * 1024 * 1024)
    .describe('Bytes of text after which a parser process is replaced; see childFilesMax.')
    .meta(operational),
  childMemoryMegabytesMax: z
    .int()
    .min(64)
    .default(2048)
    .describe('Heap of a parser process in MiB; the tree of a 1 MiB file needs some 200.')
    .meta(operational),
  childResidentMegabytesMax: z
    .int()
    .min(64)
    .default(208)
    .describe(
      'Memory of a parser process in MiB, native trees included, above which it is replaced between two batches, or before a file whose tree would take it there. It starts with 95, half of them shared with the parent; a file of 1 MB adds 120 for a while.',
    )
    .meta(operational),
});

export type ExtractKnobs = z.infer<typeof extractKnobs>;
