/** Wiring of the simulate stage: reads a file task, emits the sub-agent's steps. */
import { emit } from '../../runtime/outcomes.ts';
import { defineStage } from '../../runtime/stage.ts';
import { type SimulateKnobs, simulateKnobs } from './config.ts';
import { simulateReport } from './report.ts';
import { givenUp, simulateFile } from './sub-agent.ts';

export const simulate = defineStage('simulate', {
  config: simulateKnobs,
  report: simulateReport,
  concurrency: (config: SimulateKnobs) => config.concurrency,
  handle: async (record, tools) => [emit('file-trace', await simulateFile(record.body, tools))],
  end: { failed: ({ body }, failure) => emit('file-trace', givenUp(body, failure)) },
});
