/** A model behind a completions server as a kind of scorer. */
import type { ScorerAdapter } from '../adapter.ts';
import { requireServer } from '../server-settings.ts';

export const http: ScorerAdapter = {
  about: 'an OpenAI-compatible completions server that echoes the prompt with log probabilities',
  open: async (settings, { apiKey }) => {
    requireServer(settings, 'http', {
      url: 'http://localhost:8000/v1',
      model: 'the name that the server lists under /models',
    });
    // Imported here, because the OpenAI package is large and most runs do not need it.
    const { openHttpScorer } = await import('./scorer.ts');
    return openHttpScorer(settings, apiKey ?? null);
  },
};
