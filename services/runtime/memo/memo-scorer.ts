/**
 * A scorer that remembers: a run from the memo alone needs no scorer, and measures what the first
 * run measured. A scorer that is a model behind an address is remembered; one in this process is
 * not, because it is always there and gives the same bits again.
 */
import type { ScoreRequest, Scorer } from '../../ports/scorer.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, sha256 } from '../ids.ts';
import type { Memo, MemoMode } from './memo.ts';

export function memoScorer(scorer: Scorer, memo: Memo, mode: MemoMode): Scorer {
  if (!scorer.identity.languageModel) return scorer;
  const { identity, configuration } = scorer;
  const keyOf = (request: ScoreRequest) =>
    sha256(canonicalJson([identity, configuration, 'score', request]));
  return {
    ...{ identity, configuration },
    score: async (request, signal) => {
      const key = keyOf(request);
      const known = mode === 'refresh' ? null : await memo.get(key);
      if (known !== null) return JSON.parse(known) as number[];
      if (mode === 'only') throw missing(key, memo.place);
      const bits = await scorer.score(request, signal);
      await memo.put(key, JSON.stringify(bits));
      return bits;
    },
    check: () => (mode === 'only' ? Promise.resolve(null) : scorer.check()),
    close: () => scorer.close(),
  };
}

function missing(key: string, place: string): PipelineError {
  return new PipelineError(
    'MEMO_MISS',
    `${place} has no score under key ${key}, and runtime.memo is only; the configuration or the scorer are not those of the run that filled it, or use --memo use`,
    { subject: 'scorer' },
  );
}
