/** The scorers that the bench can start by itself, and the knobs that a run needs for each. */
import { fileURLToPath } from 'node:url';
import { pythonWithTorch } from '../../../test/samples/installed/python-environment.ts';
import { smallModel } from '../../../test/samples/models/smollm2.ts';
import { startScorerService } from '../../scorer/run-scorer.ts';
import { tinyModel } from '../../tiny-model/tiny-model.ts';

const models = fileURLToPath(new URL('../../../.cache/models', import.meta.url));

export interface BenchScorer {
  readonly sets: readonly string[];
  close(): Promise<void>;
}

/** By its name; `bytes` starts nothing, and leaves the choice to the other knobs. */
export async function benchScorer(name: string): Promise<BenchScorer> {
  if (name === 'bytes') return { sets: [], close: async () => {} };
  const python = await pythonWithTorch();
  const model = await modelFolder(name, python);
  const service = await startScorerService(python, ['--model', model, '--port', '0']);
  return {
    sets: [
      ...['scorer.kind=backstory', `scorer.url=${service.url}`, `scorer.model=${service.model}`],
      // On CPUs a request may wait for those of other files.
      'scorer.timeoutMs=3600000',
    ],
    close: async () => {
      await service.stop();
    },
  };
}

async function modelFolder(name: string, python: string): Promise<string> {
  if (name === 'tiny' || name === 'trial') return tinyModel(name, python);
  if (name === 'smollm2') return (await smallModel(models)).folder;
  throw new Error(`--scorer is bytes, tiny, trial or smollm2, not ${name}`);
}
