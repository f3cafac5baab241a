/** A model behind a completions server as a kind of scorer. */
import { addressProblem } from '../../ports/endpoint.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ScorerAdapter } from '../adapter.ts';

const examples = {
  url: 'http://localhost:8000/v1',
  model: 'the name that the server lists under /models',
} as const;

export const http: ScorerAdapter = {
  about: 'an OpenAI-compatible completions server that echoes the prompt with log probabilities',
  open: async (settings, { apiKey }) => {
    for (const knob of ['url', 'model'] as const) {
      if (settings[knob] !== '') continue;
      throw new PipelineError(
        'CONFIG_INVALID',
        `scorer.${knob} is empty; scorer.kind http needs it, for example ${examples[knob]}`,
        { subject: `scorer.${knob}` },
      );
    }
    const problem = addressProblem(settings.url);
    if (problem !== null) {
      throw new PipelineError('CONFIG_INVALID', `scorer.url ${settings.url} ${problem}`, {
        subject: 'scorer.url',
      });
    }
    // Imported here, because the OpenAI package is large and most runs do not need it.
    const { openHttpScorer } = await import('./scorer.ts');
    return openHttpScorer(settings, apiKey ?? null);
  },
};
