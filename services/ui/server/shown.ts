/** Everything that may be asked of the outputs of one page, opened and closed together. */
import { type LiveSource, nowhere } from '../live/source.ts';
import { watchLive } from '../live/watch-live.ts';
import { createMarked } from '../marks/marked.ts';
import { openHeat } from '../reading/heat.ts';
import { openLogThread } from '../reading/log-threads.ts';
import { createRunFacts } from '../reading/run-facts.ts';
import type { ServedOutput } from '../reading/served-output.ts';
import type { Shown } from './answers.ts';
import { createQualityMeter, type MeasureQuality } from './quality-meter.ts';

export interface ShowOptions {
  readonly outputs: readonly ServedOutput[];
  /** For each output, where to look for what is being done. */
  readonly lives: readonly LiveSource[];
  /** Whether the page may change what `changes.ts` lists. */
  readonly mayChange: boolean;
  readonly measureQuality: MeasureQuality;
  readonly now: () => number;
  /** The time of day. */
  readonly timeMs: () => number;
}

export interface ShownOutputs {
  readonly shown: readonly Shown[];
  /** Closes the outputs, too. */
  close(): Promise<void>;
}

export function showOutputs(options: ShowOptions): ShownOutputs {
  const { outputs, lives, mayChange, measureQuality, now, timeMs } = options;
  const heat = openHeat();
  const log = openLogThread();
  const shown = outputs.map((output, place): Shown => {
    const quality = createQualityMeter(output, measureQuality);
    const live = watchLive(lives[place] ?? nowhere, now);
    const marked = createMarked(output, mayChange, timeMs);
    return { output, facts: createRunFacts(output, log, now), quality, live, marked, heat };
  });
  return {
    shown,
    close: async () => {
      await Promise.all([...outputs, ...lives, heat, log].map((each) => each.close()));
    },
  };
}
