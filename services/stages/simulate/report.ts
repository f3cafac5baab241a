/** Counters of simulate. */

export const simulateReport = {
  counters: {
    thoughts_written: { help: 'Think steps written by the teacher.', unit: 'thoughts' },
    thoughts_missing: {
      help: 'Files written without a thought, because the teacher gave none that can be used.',
      unit: 'files',
    },
  },
};
