/** Wiring of the simulate stage: a file task in, the sub-agent's steps out. */
import type { FileTaskBody } from '../../../schemas/generated/types.ts';
import { emit } from '../../runtime/outcomes.ts';
import { defineStage } from '../../runtime/stage.ts';
import { type SimulateKnobs, simulateKnobs } from './config.ts';
import { simulateReport } from './report.ts';
import { nobody, simulateFile } from './sub-agent.ts';

export const simulate = defineStage('simulate', {
  config: simulateKnobs,
  report: simulateReport,
  reads: 'file-task',
  concurrency: (config: SimulateKnobs) => config.concurrency,
  handle: async (record, tools) => [emit('file-trace', await simulateFile(record.body, tools))],
  end: { failed: (record, reason) => emit('file-trace', failedTrace(record.body, reason)) },
});

/** Ends the file for its join when the task cannot be done. */
function failedTrace(task: FileTaskBody, reason: string) {
  return { ...task, status: 'failed' as const, reason, steps: [], ...nobody };
}
