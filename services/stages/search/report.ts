/** Counters of search, and its part of a run's summary: the gain in bits. Pure. */
import type { FileThoughtBody } from '../../../schemas/generated/types.ts';
import { cost, section, tally } from '../../runtime/report.ts';
import { openExactSum } from './exact-sum.ts';

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
  section: section('file-thought', openSearchTotals),
};

export interface SearchTotals {
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  /** The same sums over only those files in which a rewrite was accepted. */
  readonly improved: { files: number; targetBytes: number; bitsBefore: number; bitsAfter: number };
  readonly outcomes: Readonly<Record<string, number>>;
}

/** `facts` gives null when the search was off. */
function openSearchTotals() {
  const all = openGain();
  const improved = openGain();
  const outcomes: Record<string, number> = {};
  return {
    add: ({ search }: FileThoughtBody) => {
      if (search === null) return;
      all.add(search);
      if (search.bitsAfter < search.bitsBefore) improved.add(search);
      for (const { outcome } of search.candidates) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    },
    facts: (): { readonly search: SearchTotals | null } => {
      const { files, ...sums } = all.sums();
      return { search: files === 0 ? null : { ...sums, improved: improved.sums(), outcomes } };
    },
  };
}

type Gain = Pick<
  NonNullable<FileThoughtBody['search']>,
  'targetBytes' | 'bitsBefore' | 'bitsAfter'
>;

function openGain() {
  const [bitsBefore, bitsAfter] = [openExactSum(), openExactSum()];
  let files = 0;
  let targetBytes = 0;
  return {
    add: (gain: Gain) => {
      files += 1;
      targetBytes += gain.targetBytes;
      bitsBefore.add(gain.bitsBefore);
      bitsAfter.add(gain.bitsAfter);
    },
    sums: () => ({
      files,
      targetBytes,
      bitsBefore: bitsBefore.value(),
      bitsAfter: bitsAfter.value(),
    }),
  };
}
