/** The scorer service of this repository as a kind of scorer. */
import { addressProblem } from '../../ports/endpoint.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ScorerAdapter } from '../adapter.ts';
import { rootOf } from '../server-settings.ts';
import type { ScorerSettings } from '../settings.ts';
import { parsePinned } from './pinned-model.ts';

export const backstory: ScorerAdapter = {
  about:
    'the scorer service of this repository, which reads a context once for all thoughts (npm run scorer)',
  open: async (settings, { apiKey }) => {
    const servers = serversOf(settings);
    const pinned = parsePinned(settings.model);
    if (pinned === null) {
      throw invalid(
        'scorer.model',
        `is ${settings.model || 'empty'}; scorer.kind backstory needs NAME@CONFIGURATION, as npm run scorer prints it`,
      );
    }
    const { openBackstoryScorer } = await import('./scorer.ts');
    return openBackstoryScorer({ settings, servers, pinned, apiKey: apiKey ?? null });
  },
};

function serversOf({ url }: ScorerSettings): readonly string[] {
  const addresses = url.split(',').map((each) => each.trim());
  for (const address of addresses) {
    if (address === '') {
      throw invalid(
        'scorer.url',
        'is empty or has an empty part; scorer.kind backstory needs addresses with commas between them, for example http://localhost:8000',
      );
    }
    const problem = addressProblem(address);
    if (problem !== null) throw invalid('scorer.url', `${address} ${problem}`);
  }
  return [...new Set(addresses.map(rootOf))];
}

function invalid(knob: string, problem: string): PipelineError {
  return new PipelineError('CONFIG_INVALID', `${knob} ${problem}`, { subject: knob });
}
