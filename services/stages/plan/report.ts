/** Reports what the teacher's calls for plans were and cost, and what of it is not used. Pure. */
import { cost, tally } from '../../runtime/report.ts';

export const planReport = {
  counters: {
    purposes_cut: {
      help: 'Purposes of files and modules that were longer than their limit and were cut at a word.',
      unit: 'purposes',
    },
    purposes_missing: {
      help: 'Files for which the teacher gave no purpose; theirs is made from the outline.',
      unit: 'files',
    },
    module_purposes_missing: {
      help: 'Modules for which the teacher gave no purpose; theirs is made from their outlines.',
      unit: 'modules',
    },
  },
  tallies: { answers: tally('repo-plan', ({ usage }) => usage.calls) },
  cost: cost('repo-plan', ({ usage }) => usage),
};
