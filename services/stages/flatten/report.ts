/** What trajectories were written with and without, in a run's summary. Pure. */
import { compareText } from '../../../schemas/compare-text.ts';
import { episodesOf } from '../../../schemas/episodes.ts';
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
  const plain: Record<string, number> = {};
  let [documents, thoughts] = [0, 0];
  return {
    add: (body: TrajectoryBody) => {
      for (const { segments } of episodesOf(body)) {
        documents += 1;
        thoughts += segments.filter(({ kind }) => kind === 'think').length;
      }
      for (const lack of body.lacks) {
        // Half the files of a repository may be plain: by kind they are counted, and not listed.
        if (lack.what === 'plain') plain[lack.reason] = (plain[lack.reason] ?? 0) + 1;
        else lacks.push({ repository: body.name, ...lack });
      }
    },
    facts: () => ({ documents, thoughts, plain, lacks: lacks.sort(byPlace) }),
  };
}

function byPlace(a: LackOf, b: LackOf): number {
  return compareText(a.repository, b.repository) || compareText(a.path ?? '', b.path ?? '');
}
