/** Counters of simulate. */

export const simulateReport = {
  counters: {
    thoughts_written: { help: 'Think steps written by the teacher.', unit: 'thoughts' },
  },
};
