/**
 * A scorer that remembers: a run from the memo alone needs no scorer, and measures what the first
 * run measured. A scorer that is a model behind an address is remembered; one in this process is
 * not, because it is always there and gives the same bits again.
 */
import type { Scored, ScoreRequest, Scorer } from '../../ports/scorer.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, sha256 } from '../ids.ts';
import type { Memo, MemoMode } from './memo.ts';

export function memoScorer(scorer: Scorer, memo: Memo, mode: MemoMode): Scorer {
  if (!scorer.identity.languageModel) return scorer;
  const { identity, configuration } = scorer;
  const remembered = async <Answer>(
    what: 'score' | 'score-tokens',
    request: ScoreRequest,
    ask: () => Promise<Answer>,
  ): Promise<Answer> => {
    const key = sha256(canonicalJson([identity, configuration, what, request]));
    const known = mode === 'refresh' ? null : await memo.get(key);
    if (known !== null) return JSON.parse(known) as Answer;
    if (mode === 'only') throw missing(key, memo.place);
    const answer = await ask();
    await memo.put(key, JSON.stringify(answer));
    return answer;
  };
  const scoreTokens = scorer.scoreTokens?.bind(scorer);
  return {
    ...{ identity, configuration },
    score: (request, signal) => remembered('score', request, () => scorer.score(request, signal)),
    ...(scoreTokens && {
      scoreTokens: (request: ScoreRequest, signal: AbortSignal): Promise<readonly Scored[]> =>
        remembered('score-tokens', request, () => scoreTokens(request, signal)),
    }),
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
