/** An SGLang server as a kind of scorer. */
import type { ScorerAdapter } from '../adapter.ts';
import { requireServer } from '../server-settings.ts';

export const sglang: ScorerAdapter = {
  about: "SGLang's own /generate, which reads a context once",
  open: async (settings, { apiKey }) => {
    requireServer(settings, 'sglang', {
      url: 'http://localhost:30000',
      model: 'the name of the model that the server was started with',
    });
    const { openSglangScorer } = await import('./scorer.ts');
    return openSglangScorer(settings, apiKey ?? null);
  },
};
