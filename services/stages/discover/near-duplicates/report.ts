/** Counters of `discover`. */

export const discoverReport = {
  counters: {
    near_duplicates: {
      help: 'Files, or whole repositories, that are similar to earlier ones of the input.',
      unit: 'files',
    },
  },
};
