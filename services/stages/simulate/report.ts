/** Counters of simulate. */

export const simulateReport = {
  counters: {
    thoughts_written: { help: 'Think steps written by the teacher.', unit: 'thoughts' },
    plain_files: {
      help: 'Files written without a thought, because files of their kind earn none.',
      unit: 'files',
    },
    thoughts_missing: {
      help: 'Files written without a thought, because the teacher gave none that can be used.',
      unit: 'files',
    },
  },
};
