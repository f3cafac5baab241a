/** Wiring of the search stage: reads a file's trace, emits the file with better thoughts. */
import type { FileThoughtBody, FileTraceBody } from '../../../schemas/generated/types.ts';
import { sumUsage } from '../../ports/usage.ts';
import { emit } from '../../runtime/outcomes.ts';
import { defineStage, type Failure } from '../../runtime/stage.ts';
import { type SearchKnobs, searchKnobs } from './config.ts';
import { searchFile } from './file-search.ts';
import { searchReport } from './report.ts';

export const search = defineStage('search', {
  config: searchKnobs,
  report: searchReport,
  concurrency: (config: SearchKnobs) => config.concurrency,
  handle: async (record, tools) => [emit('file-thought', await searchFile(record.body, tools))],
  end: { failed: ({ body }, failure) => emit('file-thought', unsearched(body, failure)) },
});

/**
 * A file whose search was given up must not look like a searched one. What may succeed another day
 * fails; any other keeps its first thought.
 */
function unsearched(trace: FileTraceBody, { reason, passing, usage }: Failure): FileThoughtBody {
  const ending = { ...trace, usage: sumUsage([trace.usage, usage]), search: null };
  return passing ? { ...ending, status: 'failed', reason, steps: [] } : { ...ending, reason };
}
