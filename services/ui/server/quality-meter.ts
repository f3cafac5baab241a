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
  let measured = '';
  let view: QualityView = idle;
  const current = () => {
    const { head, optOuts } = output.state();
    return `${head} ${optOuts}`;
  };
  const isOld = () => view.state !== 'measuring' && measured !== current();
  return {
    start: () => {
      if (view.state !== 'idle' && !isOld()) return;
      measured = current();
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
    // While it grows, the last report is shown as such; afterwards one of less would pass as whole.
    view: () => (output.state().closed && isOld() ? idle : view),
  };
}

const idle: QualityView = { state: 'idle', sections: [], problem: null };
