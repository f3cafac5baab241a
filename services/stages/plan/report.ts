/** Reports the teacher's calls for plans. Pure. */
import { tally } from '../../runtime/report.ts';

export const planReport = {
  counters: {},
  tallies: { calls: tally('repo-plan', ({ usage }) => usage.calls) },
};
