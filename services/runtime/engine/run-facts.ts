/** The facts of a run, made alike embedded and in a cluster: its id names the same output. */
import type { RuntimeKnobs } from '../config/knobs.ts';
import { sha256 } from '../ids.ts';
import type { RunFacts } from '../stage.ts';

export function runFacts(
  options: { readonly configurationHash: string } & Pick<RunFacts, 'outputFolder' | 'bounded'>,
  { dataset, seed }: RuntimeKnobs,
): RunFacts {
  const { configurationHash, outputFolder, bounded } = options;
  const runId = sha256(`${configurationHash}/${dataset}`).slice(0, 16);
  return { dataset, seed, outputFolder, bounded, runId };
}
