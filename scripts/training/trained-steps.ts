/** What a trainer did in each step, as its metrics.jsonl says, and where it would go on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TrainedStep {
  readonly step: number;
  /** Null where no token was trained. */
  readonly loss: number | null;
  /** Stream and index of each pack, over all processes, in order. */
  readonly packs: readonly (readonly [string, number])[];
  readonly seconds: number;
  /** Share of these that waited for data. */
  readonly data_wait: number;
}

/** A loss of a run that diverges, as Python writes it. */
const noNumber = /(: )-?(?:NaN|Infinity)\b/g;

/** The steps of a run so far; a line that a kill tore is not there. */
export function readSteps(run: string): TrainedStep[] {
  const file = join(run, 'metrics.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  // What follows the last line end is torn, or nothing.
  return lines
    .slice(0, -1)
    .map((line) => JSON.parse(line.replace(noNumber, '$1null')) as TrainedStep);
}

/** The step from which a run goes on: that of its newest checkpoint. */
export function savedStep(run: string): number {
  const folder = join(run, 'checkpoints');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Math.max(0, ...names.map((name) => Number(/^step-(\d+)\.pt$/.exec(name)?.[1] ?? 0)));
}
