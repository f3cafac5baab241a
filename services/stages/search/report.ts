/** Counters of search, and its part of a run's summary: the gain in bits. Pure. */
import type { FileThoughtBody, SearchReport } from '../../../schemas/generated/types.ts';
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
    places_searched: {
      help: 'Lines of code that targeted searches were about.',
      unit: 'lines',
    },
    thoughts_without_place: {
      help: 'Thoughts that a targeted search passed over, because no line was hard and inferable.',
      unit: 'thoughts',
    },
    rewrite_limits_reached: {
      help: 'Writes whose search ended because the rewrites of its repository were spent.',
      unit: 'writes',
    },
    thoughts_left_out: {
      help: 'Thoughts left out because the code is as probable without them.',
      unit: 'thoughts',
    },
    scored_bytes: {
      help: 'Bytes of ground-truth code scored, once per scored text.',
      unit: 'bytes',
    },
  },
  // A file's usage is the sum of its trace's usage and its search's usage.
  tallies: { answers: tally('file-thought', ({ usage }) => usage.calls) },
  cost: cost('file-thought', ({ usage }) => usage),
  section: section('file-thought', openSearchTotals),
};

export interface SearchTotals {
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  /** The files in which the code was scored without a thought too; bits of the three beside it. */
  readonly none: {
    readonly files: number;
    readonly targetBytes: number;
    readonly bitsNone: number;
    readonly bitsBefore: number;
    readonly bitsAfter: number;
    /** Files whose code needs fewer bits after the first thoughts, after the kept ones. */
    readonly beatenBefore: number;
    readonly beatenAfter: number;
  };
  /** The same sums over only those files in which a rewrite was accepted. */
  readonly improved: { files: number; targetBytes: number; bitsBefore: number; bitsAfter: number };
  readonly outcomes: Readonly<Record<string, number>>;
}

/** `facts` gives null when the search was off. */
function openSearchTotals() {
  const all = openGain();
  const improved = openGain();
  const none = openNone();
  const outcomes: Record<string, number> = {};
  return {
    add: ({ search }: FileThoughtBody) => {
      if (search === null) return;
      all.add(search);
      none.add(search);
      if (search.bitsAfter < search.bitsBefore) improved.add(search);
      for (const { outcome } of search.candidates) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    },
    facts: (): { readonly search: SearchTotals | null } => {
      const { files, ...sums } = all.sums();
      const parts = { none: none.sums(), improved: improved.sums(), outcomes };
      return { search: files === 0 ? null : { ...sums, ...parts } };
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

/** Over the files in which the code was scored without a thought; older records have none. */
function openNone() {
  const sums = [openExactSum(), openExactSum(), openExactSum()] as const;
  let [files, targets, beatenBefore, beatenAfter] = [0, 0, 0, 0];
  return {
    add: ({ bitsNone, bitsBefore, bitsAfter, targetBytes }: SearchReport) => {
      if (bitsNone === null || targetBytes === 0) return;
      files += 1;
      targets += targetBytes;
      if (bitsBefore < bitsNone) beatenBefore += 1;
      if (bitsAfter < bitsNone) beatenAfter += 1;
      sums[0].add(bitsNone);
      sums[1].add(bitsBefore);
      sums[2].add(bitsAfter);
    },
    sums: (): SearchTotals['none'] => ({
      ...{ files, targetBytes: targets, beatenBefore, beatenAfter },
      bitsNone: sums[0].value(),
      bitsBefore: sums[1].value(),
      bitsAfter: sums[2].value(),
    }),
  };
}
