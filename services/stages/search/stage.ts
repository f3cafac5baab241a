/** Wiring of the search stage: reads a file's trace, emits the file with better thoughts. */
import { emit } from '../../runtime/outcomes.ts';
import { defineStage } from '../../runtime/stage.ts';
import { type SearchKnobs, searchKnobs } from './config.ts';
import { searchFile } from './file-search.ts';
import { searchReport } from './report.ts';

export const search = defineStage('search', {
  config: searchKnobs,
  report: searchReport,
  reads: 'file-trace',
  concurrency: (config: SearchKnobs) => config.concurrency,
  handle: async (record, tools) => [emit('file-thought', await searchFile(record.body, tools))],
  // A file whose search was given up must not look like a searched one.
  end: {
    failed: (record, reason) =>
      emit('file-thought', { ...record.body, status: 'failed', reason, steps: [], search: null }),
  },
});
