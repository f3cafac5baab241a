/** Counters of `admit` and its section of the run summary: admitted and skipped files. Pure. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { AdmittedFile, RepoAdmittedBody } from '../../../schemas/generated/types.ts';
import { openMarks } from '../../dataset/run-log/marks.ts';
import { section } from '../../runtime/report.ts';

export const admitReport = {
  counters: {
    files_admitted: { help: 'Files that passed the gates.', unit: 'files' },
    files_skipped: {
      help: 'Files that were left out, with a reason in repo-admitted.',
      unit: 'files',
    },
    passages_marked: {
      help: 'Passages that a gate points out and leaves in place, as those that speak to a model.',
      unit: 'passages',
    },
    secrets_redacted: {
      help: 'Secrets replaced before any model saw them.',
      unit: 'replacements',
    },
    admitted_bytes: { help: 'Bytes of admitted files.', unit: 'bytes' },
  },
  section: section('repo-admitted', openAdmission),
};

interface Admission {
  readonly files: number;
  /** Files left out, by reason. */
  readonly skippedFiles: Readonly<Record<string, number>>;
  /** The first of them by name, as `repository: path`, by reason. */
  readonly skippedPaths: Readonly<Record<string, readonly string[]>>;
  readonly admittedBytes: number;
  /** What gates point out and leave in place, by gate and kind; and the files that have any. */
  readonly marked: Readonly<Record<string, number>>;
  readonly markedFiles: number;
}

/** Paths that the summary holds for each reason; there may be millions. */
const pathsMax = 20;

function openAdmission() {
  const skipped = new Map<string, { count: number; paths: string[] }>();
  const marks = openMarks();
  let files = 0;
  let admittedBytes = 0;
  return {
    add: ({ repository }: RepoAdmittedBody) => {
      files += repository.files.length;
      admittedBytes += repository.content.bytes;
      for (const file of repository.files) marks.add(file);
      for (const { path, reason, detail } of repository.skipped) {
        const known = skipped.get(reason) ?? { count: 0, paths: [] };
        skipped.set(reason, known);
        known.count += 1;
        known.paths = keepFirst(
          known.paths,
          `${repository.name}: ${path}${detail === null ? '' : ` (${detail})`}`,
        );
      }
    },
    facts: (): Admission => {
      const byReason = [...skipped];
      return {
        ...{ files, admittedBytes, ...marks.facts() },
        skippedFiles: Object.fromEntries(byReason.map(([reason, { count }]) => [reason, count])),
        skippedPaths: Object.fromEntries(byReason.map(([reason, { paths }]) => [reason, paths])),
      };
    },
  };
}

/** Inserts a text into a sorted list, of which only the first ones are kept. */
function keepFirst(sorted: string[], text: string): string[] {
  const last = sorted.at(-1);
  if (sorted.length === pathsMax && last !== undefined && compareText(text, last) >= 0) {
    return sorted;
  }
  return [...sorted, text].sort(compareText).slice(0, pathsMax);
}

/** Passages that gates point out in these files. */
export function passagesIn(files: readonly Pick<AdmittedFile, 'marked'>[]): number {
  const counts = files.flatMap(({ marked }) => Object.values(marked));
  return counts.reduce((sum, count) => sum + count, 0);
}
