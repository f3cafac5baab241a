/**
 * A scorer that remembers: a run from the memo alone needs no scorer, and measures what the first
 * run measured. Each thought is remembered by itself, so a search that was stopped scores again
 * only what was under way. That a thought cannot be scored is remembered too. A scorer that is a
 * language model is remembered; the byte model is not, because it is always there and gives the
 * same bits again.
 */
import type { Scored, ScoreRequest, Scorer } from '../../ports/scorer.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, sha256 } from '../ids.ts';
import type { Memo, MemoMode } from './memo.ts';

export function memoScorer(scorer: Scorer, memo: Memo, mode: MemoMode): Scorer {
  if (!scorer.identity.languageModel) return scorer;
  const { identity, configuration } = scorer;

  const remembered = async <Value>(
    what: 'score' | 'score-tokens',
    request: ScoreRequest,
    ask: (request: ScoreRequest) => Promise<readonly (Value | null)[]>,
  ): Promise<readonly (Value | null)[]> => {
    const { context, target, thoughts } = request;
    const keys = thoughts.map((thought) =>
      sha256(canonicalJson([identity, configuration, what, { context, target, thought }])),
    );
    const known = await Promise.all(
      keys.map(async (key) => {
        const text = mode === 'refresh' ? null : await memo.get(key);
        if (text === null && mode === 'only') throw missing(key, memo.place);
        return text === null ? undefined : (JSON.parse(text) as Value | null);
      }),
    );
    const unknown = thoughts.filter((_thought, at) => known[at] === undefined);
    const answered = known.filter((each) => each !== undefined);
    if (unknown.length === 0) return answered;
    // One call for all that is not known, so that the same scorer state judges them.
    const asked = [...(await ask({ ...request, thoughts: unknown }))];
    if (asked.length !== unknown.length) return asked;
    const values = known.map((each) => (each === undefined ? (asked.shift() ?? null) : each));
    await Promise.all(
      keys.flatMap((key, at) =>
        known[at] === undefined ? [memo.put(key, JSON.stringify(values[at]))] : [],
      ),
    );
    return values;
  };

  const scoreTokens = scorer.scoreTokens?.bind(scorer);
  return {
    ...{ identity, configuration },
    score: (request, signal) =>
      remembered('score', request, (asked) => scorer.score(asked, signal)),
    ...(scoreTokens && {
      scoreTokens: (
        request: ScoreRequest,
        signal: AbortSignal,
      ): Promise<readonly (Scored | null)[]> =>
        remembered('score-tokens', request, (asked) => scoreTokens(asked, signal)),
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
