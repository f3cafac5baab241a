/** What trajectories were written with and without, in a run's summary. Pure. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { Lack, TrajectoryBody } from '../../../schemas/generated/types.ts';
import { section } from '../../runtime/report.ts';

/** Something that a repository was written without. */
export interface LackOf extends Lack {
  readonly repository: string;
}

export const flattenReport = {
  counters: {},
  section: section('trajectory', openLacks),
};

function openLacks() {
  const lacks: LackOf[] = [];
  let thoughts = 0;
  return {
    add: ({ name, lacks: own, segments }: TrajectoryBody) => {
      thoughts += segments.filter(({ kind }) => kind === 'think').length;
      for (const lack of own) lacks.push({ repository: name, ...lack });
    },
    facts: () => ({ thoughts, lacks: lacks.sort(byPlace) }),
  };
}

function byPlace(a: LackOf, b: LackOf): number {
  return compareText(a.repository, b.repository) || compareText(a.path ?? '', b.path ?? '');
}
