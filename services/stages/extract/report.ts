/** What extract counts. */

export const extractReport = {
  counters: { files_parsed: { help: 'Files parsed for structure.', unit: 'files' } },
};
