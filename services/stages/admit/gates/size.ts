/** `size`: drops a repository that has no file left or does not fit in memory. */
import { z } from 'zod';
import { defineGate } from '../gate.ts';
import { describeSkips } from '../skips.ts';

const mebibyte = 1024 * 1024;
const count = z.number().int().positive();

export const size = defineGate({
  name: 'size',
  summary: 'repositories with no file left, too many files or too many bytes',
  knobs: {
    repositoryFilesMax: count
      .default(20_000)
      .describe('Admitted files of a repository; above it the repository is dropped.'),
    repositoryBytesMax: count
      .default(128 * mebibyte)
      .describe(
        'Admitted bytes of a repository; above it the repository is dropped. 128 MiB holds nearly every single project, and is held in memory.',
      ),
  },
  reasons: [],
  drops: ['NO_ADMISSIBLE_FILES', 'REPOSITORY_TOO_LARGE'],
  open: ({ repositoryFilesMax, repositoryBytesMax }) => ({
    repository: ({ files, skipped }) => {
      if (files.length === 0) {
        const detail = `no file is left: ${describeSkips(skipped)}`;
        return { code: 'NO_ADMISSIBLE_FILES', detail };
      }
      if (files.length > repositoryFilesMax) {
        const limit = `admit.repositoryFilesMax (${repositoryFilesMax})`;
        return tooLarge(`${files.length} admissible files, more than ${limit}`);
      }
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      if (bytes <= repositoryBytesMax) return null;
      const limit = `admit.repositoryBytesMax (${repositoryBytesMax})`;
      return tooLarge(`${bytes} admissible bytes, more than ${limit}`);
    },
  }),
});

function tooLarge(detail: string) {
  return { code: 'REPOSITORY_TOO_LARGE', detail } as const;
}
