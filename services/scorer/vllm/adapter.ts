/** A vLLM server as a kind of scorer. */
import type { ScorerAdapter } from '../adapter.ts';
import { requireServer } from '../server-settings.ts';

export const vllm: ScorerAdapter = {
  about: 'vLLM: only the rows of the code where its token window is on, else echo',
  open: async (settings, { apiKey }) => {
    requireServer(settings, 'vllm', {
      url: 'http://localhost:8000',
      model: 'the name that the server lists under /v1/models',
    });
    const { openVllmScorer } = await import('./scorer.ts');
    return openVllmScorer(settings, apiKey ?? null);
  },
};
