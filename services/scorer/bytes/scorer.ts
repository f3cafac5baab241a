/** The `bytes` scorer: the byte model behind the scorer port, in threads, with no weights. */

import type { ScoreRequest, Scorer } from '../../ports/scorer.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { openThreads } from '../../runtime/threads.ts';
import { primer } from './primer.ts';
import { contextsKept } from './score.ts';
import type { WorkerData } from './worker.ts';

/** Raised when the model gives other bits for the same request. */
export const bytesScorerVersion = '1';

export interface BytesOptions {
  readonly contextBytesMax: number;
  readonly threads: number;
}

export function openBytesScorer(options: BytesOptions): Scorer {
  const { contextBytesMax } = options;
  const threads = openThreads<ScoreRequest, readonly number[]>({
    module: new URL('./worker.ts', import.meta.url),
    data: { contextBytesMax } satisfies WorkerData,
    threadsMax: options.threads,
    name: 'scorer',
    // Our bug: every request fails with it.
    died: (cause) => cause,
    // Building a context again is what costs most.
    warm: { keyOf: ({ context }) => context, kept: contextsKept },
  });
  return {
    // It predicts text, but it is a compressor's model with no training: not a language model in
    // the sense in which provenance is read.
    identity: { name: 'bytes', version: bytesScorerVersion, model: null, languageModel: false },
    configuration: sha256(
      canonicalJson({
        scorer: 'bytes',
        version: bytesScorerVersion,
        primer: sha256(primer),
        contextBytesMax,
      }),
    ),
    score: (request: ScoreRequest, signal: AbortSignal) => threads.ask(request, signal),
    check: async () => null,
    close: () => threads.close(),
  };
}
