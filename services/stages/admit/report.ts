/** Counters of `admit` and its section of the run summary: admitted and skipped files. Pure. */
import type { RepoAdmittedBody } from '../../../schemas/generated/types.ts';
import { section } from '../../runtime/report.ts';

export const admitReport = {
  counters: {
    files_admitted: { help: 'Files that passed the gates.', unit: 'files' },
    files_skipped: {
      help: 'Files that were left out, with a reason in repo-admitted.',
      unit: 'files',
    },
    secrets_redacted: {
      help: 'Secrets replaced before any model saw them.',
      unit: 'replacements',
    },
    bytes_admitted: { help: 'Bytes of admitted files.', unit: 'bytes' },
  },
  section: section('repo-admitted', openAdmission),
};

interface Admission {
  readonly files: number;
  /** Files left out, by reason. */
  readonly skippedFiles: Readonly<Record<string, number>>;
  readonly admittedBytes: number;
}

function openAdmission() {
  const skippedFiles: Record<string, number> = {};
  let files = 0;
  let admittedBytes = 0;
  return {
    add: ({ repository }: RepoAdmittedBody) => {
      files += repository.files.length;
      admittedBytes += repository.content.bytes;
      for (const { reason } of repository.skipped) {
        skippedFiles[reason] = (skippedFiles[reason] ?? 0) + 1;
      }
    },
    facts: (): Admission => ({ files, skippedFiles, admittedBytes }),
  };
}
