/**
 * Measures the quality of an output when someone asks for it: it reads every document, so it runs
 * once for each state of the data set, and not before.
 */
import type { QualitySection, QualityView } from '../api.ts';
import { problemOf } from '../reading/problem.ts';
import type { ServedOutput } from '../reading/served-output.ts';

/** Given by whoever starts the server: the report belongs to a higher floor. */
export type MeasureQuality = (output: ServedOutput) => Promise<readonly QualitySection[]>;

export interface QualityMeter {
  start(): void;
  view(): QualityView;
}

export function createQualityMeter(output: ServedOutput, measure: MeasureQuality): QualityMeter {
  let head = '';
  let view: QualityView = idle;
  return {
    start: () => {
      const { head: now } = output.state();
      const isOld = head !== now && view.state !== 'measuring';
      if (view.state !== 'idle' && !isOld) return;
      head = now;
      view = { ...idle, state: 'measuring' };
      measure(output).then(
        (sections) => {
          view = { ...view, state: 'done', sections };
        },
        (error: unknown) => {
          view = { ...view, state: 'failed', problem: problemOf(error) };
        },
      );
    },
    view: () => view,
  };
}

const idle: QualityView = { state: 'idle', sections: [], problem: null };
