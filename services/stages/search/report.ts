/** Counters of search, and its part of a run's summary: the gain in bits. Pure. */
import type { FileThoughtBody } from '../../../schemas/generated/types.ts';
import { cost, section, tally } from '../../runtime/report.ts';

export const searchReport = {
  counters: {
    candidates_scored: {
      help: 'Texts that were scored: rewrites, and each file’s first thoughts.',
      unit: 'rewrites',
    },
    candidates_accepted: {
      help: 'Rewrites that lowered the perplexity of the code enough.',
      unit: 'rewrites',
    },
    bytes_scored: {
      help: 'Bytes of ground-truth code scored, once per scored text.',
      unit: 'bytes',
    },
  },
  // A file's usage is the sum of its trace's usage and its search's usage.
  tallies: { calls: tally('file-thought', ({ usage }) => usage.calls) },
  cost: cost('file-thought', ({ usage }) => usage),
  section: section('file-thought', (bodies) => ({ search: searchTotals(bodies) })),
};

export interface SearchTotals {
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  /** The same sums over only those files in which a rewrite was accepted. */
  readonly improved: { files: number; targetBytes: number; bitsBefore: number; bitsAfter: number };
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Null when the search was off. */
function searchTotals(bodies: readonly FileThoughtBody[]): SearchTotals | null {
  const reports = bodies.flatMap((body) => (body.search === null ? [] : [body.search]));
  if (reports.length === 0) return null;
  const outcomes: Record<string, number> = {};
  for (const { outcome } of reports.flatMap((report) => report.candidates)) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const improved = reports.filter((report) => report.bitsAfter < report.bitsBefore);
  const sums = (chosen: typeof reports) => ({
    targetBytes: chosen.reduce((total, report) => total + report.targetBytes, 0),
    bitsBefore: chosen.reduce((total, report) => total + report.bitsBefore, 0),
    bitsAfter: chosen.reduce((total, report) => total + report.bitsAfter, 0),
  });
  return { ...sums(reports), improved: { files: improved.length, ...sums(improved) }, outcomes };
}
