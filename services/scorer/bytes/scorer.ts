/** The `bytes` scorer: the byte model behind the scorer port, in threads, with no weights. */
import type { Scored, Scorer } from '../../ports/scorer.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { openThreads } from '../../runtime/threads.ts';
import { contextsKept } from './kept.ts';
import { primer } from './primer.ts';
import type { WorkerData, WorkerQuestion } from './worker.ts';

/** Raised when the model gives other bits for the same request. */
export const bytesScorerVersion = '1';

export interface BytesOptions {
  readonly contextBytesMax: number;
  readonly threads: number;
}

/** `module` is what a thread runs; the bench gives one with the plain model. */
export function openBytesScorer(
  options: BytesOptions,
  module = new URL('./worker.ts', import.meta.url),
): Scorer {
  const { contextBytesMax } = options;
  const threads = openThreads<WorkerQuestion, readonly (number | Scored)[]>({
    module,
    data: { contextBytesMax } satisfies WorkerData,
    threadsMax: options.threads,
    name: 'scorer',
    // A worker dies only by a bug of ours, so the request fails with the cause as it is.
    died: (cause) => cause,
    // Learning a context again costs most, so a request goes to the thread that knows it.
    warm: { keyOf: ({ context }) => context, kept: contextsKept },
  });
  return {
    // It predicts text but has no training; readers of provenance mean trained models by the term
    // language model.
    identity: { name: 'bytes', version: bytesScorerVersion, model: null, languageModel: false },
    configuration: sha256(
      canonicalJson({
        scorer: 'bytes',
        version: bytesScorerVersion,
        primer: sha256(primer),
        contextBytesMax,
      }),
    ),
    score: async (request, signal) => {
      const bits = await threads.ask({ ...request, tokens: false }, signal);
      return bits as readonly number[];
    },
    scoreTokens: async (request, signal) => {
      const scored = await threads.ask({ ...request, tokens: true }, signal);
      return scored as readonly Scored[];
    },
    check: async () => null,
    close: () => threads.close(),
  };
}
