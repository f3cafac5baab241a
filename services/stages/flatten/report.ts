/** What trajectories were written without, in a run's summary. Pure. */
import type { TrajectoryBody } from '../../../schemas/generated/types.ts';
import { section } from '../../runtime/report.ts';

/** Something that a repository was written without. */
export interface LackOf {
  readonly repository: string;
  readonly what: string;
  readonly path: string | null;
  readonly reason: string;
}

export const flattenReport = {
  counters: {},
  section: section('trajectory', (bodies) => ({ lacks: lacksOf(bodies) })),
};

function lacksOf(bodies: readonly TrajectoryBody[]): LackOf[] {
  return bodies.flatMap(({ name, lacks }) => lacks.map((lack) => ({ repository: name, ...lack })));
}
