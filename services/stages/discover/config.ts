/** Knobs of `discover`: which sources are read, and how large one may be. */
import { z } from 'zod';
import { input, ownersOnly } from '../../runtime/config/knobs.ts';

const mebibyte = 1024 * 1024;
const count = z.number().int().positive();

export const discoverKnobs = z.object({
  sources: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'What to read, in order: folders, archives (.tar .tar.gz .tgz .crate .zip .jar .whl), or @FILE with one source per line. Empty by default: the command line names them.',
    )
    .meta({ ...input, ...ownersOnly, example: '[./folder,package.tgz]' }),
  limit: count
    .nullable()
    .default(null)
    .describe('Most sources to read, from the start of the list; null reads all.')
    .meta(input),
  ignore: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Further patterns, in .gitignore form, of files that are not packed from a folder, tracked or not. None by default: in a checkout .gitignore files apply anyway.',
    ),
  archiveBytesMax: count
    .max(2 * 1024 * mebibyte - 1)
    .default(1024 * mebibyte)
    .describe(
      'Bytes of an archive, or of a packed folder; above it the source is reported as unreadable. It is held in memory once.',
    ),
  fileBytesMax: count
    .default(16 * mebibyte)
    .describe(
      'Bytes of a file in a folder; a larger one is listed without its bytes and later reported as too large. Far above admit.fileBytesMax, which decides what is admitted.',
    ),
  entriesMax: count
    .default(200_000)
    .describe('Files of a folder; above it the source is reported as unreadable.'),
  scanBytesMax: count
    .default(1024 * mebibyte)
    .describe(
      'Bytes of an archive’s content that are read to find a tar’s newest file, whose time becomes the event time, and to recognise equal content; a longer one is a duplicate only of equal bytes.',
    ),
  listSourcesMax: count
    .default(1_000_000)
    .describe(
      'Lines of a list; a longer list is an error before anything starts. Finding duplicates takes 96 MB per million.',
    ),
  gitTimeoutMs: count
    .default(5_000)
    .describe(
      'Milliseconds that git may take to find the commit of a folder; after that the commit is unknown.',
    ),
});

export type DiscoverKnobs = z.infer<typeof discoverKnobs>;
