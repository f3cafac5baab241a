/** The built-in byte model as a kind of scorer: it needs no server. */
import { availableParallelism } from 'node:os';
import type { ScorerAdapter } from '../adapter.ts';
import { openBytesScorer } from './scorer.ts';

export const bytes: ScorerAdapter = {
  about: 'the built-in byte model, no server',
  open: async ({ contextBytesMax, threads }) =>
    openBytesScorer({
      contextBytesMax,
      threads: threads === 0 ? availableParallelism() : threads,
    }),
};
