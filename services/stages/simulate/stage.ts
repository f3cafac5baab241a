/** Wiring of the simulate stage: reads a file task, emits the sub-agent's steps. */
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

/** The trace of a task that was given up, so that the join of its repository can still end. */
function failedTrace(task: FileTaskBody, reason: string) {
  return { ...task, status: 'failed' as const, reason, steps: [], ...nobody };
}
