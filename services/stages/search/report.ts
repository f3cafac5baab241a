/** What search counts, and what a run's summary says of its gain. Pure. */
import type { FileThoughtBody } from '../../../schemas/generated/types.ts';
import { section, tally } from '../../runtime/report.ts';

export const searchReport = {
  counters: {
    candidates_scored: { help: 'Rewrites that were scored.', unit: 'rewrites' },
    candidates_accepted: {
      help: 'Rewrites that lowered the perplexity of the code enough.',
      unit: 'rewrites',
    },
    bytes_scored: {
      help: 'Bytes of ground-truth code scored, once per thought.',
      unit: 'bytes',
    },
  },
  // A file's usage is that of its trace and of its search.
  tallies: { calls: tally('file-thought', ({ usage }) => usage.calls) },
  section: section('file-thought', (bodies) => ({ search: searchTotals(bodies) })),
};

export interface SearchTotals {
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  /** Bits before and after over the files in which a rewrite was accepted, and their bytes. */
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
