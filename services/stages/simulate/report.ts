/** Counters of simulate. */

export const simulateReport = {
  counters: {
    thoughts_written: { help: 'Think steps written by the teacher.', unit: 'thoughts' },
    files_divided: {
      help: 'Long files written in parts, each after a thought of its own.',
      unit: 'files',
    },
    files_undivided: {
      help: 'Long files written at once, because the teacher gave no thoughts about their parts.',
      unit: 'files',
    },
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
