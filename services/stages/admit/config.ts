/** Knobs of `admit`: what may be used, and how much of it. */
import { z } from 'zod';
import { operational } from '../../runtime/config/knobs.ts';

const mebibyte = 1024 * 1024;
const count = z.number().int().positive();

export const admitKnobs = z.object({
  licences: z
    .union([z.enum(['record', 'permissive']), z.array(z.string().min(1)).min(1)])
    .default('record')
    .describe(
      'Which licences a repository may have: record admits any and writes what was found into every sample, so that your own unlicensed folder works; permissive admits only permissive ones and drops the rest, use it for code of others; or a list of SPDX identifiers.',
    ),
  secrets: z
    .enum(['redact', 'refuse-file', 'refuse-repository'])
    .default('redact')
    .describe(
      'What a key, token or password does: redact replaces it by a numbered placeholder, refuse-file skips the file, refuse-repository drops the repository. Redact by default: the code around a secret is usually fine.',
    ),
  privacy: z
    .enum(['redact', 'off'])
    .default('redact')
    .describe(
      'E-mail and public IP addresses: redact replaces them by reserved ones (licence files keep theirs: attribution is owed), off leaves them. Redact by default, as published code data sets do.',
    ),
  vendored: z
    .enum(['skip', 'admit'])
    .default('skip')
    .describe(
      'Copies of other projects and build output (node_modules, vendor, third_party, dist …): skipped by default, they are not this repository’s work.',
    ),
  generated: z
    .enum(['skip', 'admit'])
    .default('skip')
    .describe(
      'Generated, minified and lock files: skipped by default, nobody wrote them by thinking.',
    ),
  fileBytesMax: count
    .default(mebibyte)
    .describe('Bytes of a file; larger ones are skipped. 1 MiB: The Stack’s limit.'),
  lineCharactersMax: count
    .default(10_000)
    .describe(
      'Characters of the longest line of a file; above it the file is skipped. 10,000 passes long tables and prose, not packed data.',
    ),
  lineCharactersMeanMax: count
    .default(200)
    .describe(
      'Mean characters per line of a source file; above it the file is skipped. Twice StarCoder’s 100, which loses genuine files.',
    ),
  repositoryFilesMax: count
    .default(20_000)
    .describe('Admitted files of a repository; above it the repository is dropped.'),
  repositoryBytesMax: count
    .default(128 * mebibyte)
    .describe(
      'Admitted bytes of a repository; above it the repository is dropped. 128 MiB holds nearly every single project, and is held in memory.',
    ),
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
