/** Knobs of `admit`: the knobs of its gates, then limits on an archive's size and content. */
import { z } from 'zod';
import { operational } from '../../runtime/config/knobs.ts';
import { gateKnobs } from './gates.ts';

const mebibyte = 1024 * 1024;
const count = z.number().int().positive();

export const admitKnobs = z.object({
  ...gateKnobs,
  fileBytesMax: count
    .default(mebibyte)
    .describe('Bytes of a file; larger ones are skipped. 1 MiB: The Stack’s limit.'),
  archiveBytesMax: count
    .default(1024 * mebibyte)
    .describe('Bytes of the archive itself; above it the repository is dropped.'),
  expandedBytesMax: count
    .default(1024 * mebibyte)
    .describe(
      'Bytes that come out of the archive; above it the repository is dropped. Bounds the memory of one repository.',
    ),
  expansionRatioMax: count
    .default(200)
    .describe(
      'Bytes out per byte in, counted above the first 64 MiB; source code compresses 3 to 20 times, a bomb a thousand times.',
    ),
  entriesMax: count
    .default(200_000)
    .describe('Entries of the archive, folders and links too; above it the repository is dropped.'),
  pathBytesMax: count
    .default(1_024)
    .describe('Bytes of a path; longer ones are skipped as unsafe. A quarter of Linux’s limit.'),
  concurrency: count
    .max(64)
    .default(2)
    .describe('Repositories admitted at once; each may hold expandedBytesMax in memory.')
    .meta(operational),
});

export type AdmitKnobs = z.infer<typeof admitKnobs>;
