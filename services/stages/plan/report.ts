/** Reports what the teacher's calls for plans were and cost. Pure. */
import { cost, tally } from '../../runtime/report.ts';

export const planReport = {
  counters: {},
  tallies: { calls: tally('repo-plan', ({ usage }) => usage.calls) },
  cost: cost('repo-plan', ({ usage }) => usage),
};
