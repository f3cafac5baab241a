/**
 * The `vllm` scorer: token ids, and the log probabilities of the code alone where the server has
 * the token window on; else the echo of the whole prompt. Both give the same values of the same
 * ids, so they are one configuration. `skip_reading_prefix_cache` is never sent: with a cached
 * prefix it has ended the server.
 */
import { z } from 'zod';
import type { Scored, Scorer } from '../../ports/scorer.ts';
import { askServer } from '../ask-server.ts';
import { bitsOf, bytesOfToken, readAnswer, sumOf, tokensOf } from '../server-answer.ts';
import { openServerScorer } from '../server-scorer.ts';
import { rootOf } from '../server-settings.ts';
import { openServerTokens, type TokenParts } from '../server-tokens.ts';
import type { ScorerSettings } from '../settings.ts';
import { UnusableAnswer } from '../unusable-answer.ts';
import { readWindow } from './window.ts';

/** Raised when the same server would give other bits. */
export const vllmScorerVersion = '1';

type ScoreIds = (ids: TokenParts, target: string, signal: AbortSignal) => Promise<Scored>;

export function openVllmScorer(settings: ScorerSettings, apiKey: string | null): Scorer {
  const { model, timeoutMs } = settings;
  const server = { address: rootOf(settings.url), apiKey, timeoutMs };
  const tokens = openServerTokens(server, model);

  const byWindow: ScoreIds = async ({ before, target: ids }, _target, signal) => {
    const sampling = {
      ...{ max_tokens: 1, temperature: 0 },
      prompt_logprob_start: before.length - 1,
      prompt_logprob_token_ids: ids.map((id) => [id]),
    };
    const body = { model, token_ids: [...before, ...ids], sampling_params: sampling };
    const asked = JSON.stringify(body);
    const answer = await askServer(server, '/inference/v1/generate', asked, signal);
    // It spells no tokens, so nobody knows where each ends.
    return { bits: sumOf(bitsOf(readWindow(answer, ids.length))), tokens: [] };
  };

  const byEcho: ScoreIds = async ({ before, target: ids }, target, signal) => {
    const prompt = [...before, ...ids];
    const body = { model, prompt, echo: true, logprobs: 1, max_tokens: 1, temperature: 0 };
    const answer = await askServer(server, '/v1/completions', JSON.stringify(body), signal);
    return readEcho(answer, { from: before.length, to: prompt.length }, target);
  };

  let way: ScoreIds | null = null;
  /** A server without a window refuses the request; one whose window is wrong is not asked on. */
  const findWay = async (...asked: Parameters<ScoreIds>): Promise<Scored> => {
    try {
      const scored = await byWindow(...asked);
      way ??= byWindow;
      return scored;
    } catch (error) {
      if (!(error instanceof UnusableAnswer && error.isRefusal)) throw error;
      const scored = await byEcho(...asked);
      way ??= byEcho;
      return scored;
    }
  };

  return openServerScorer(
    {
      name: 'vllm',
      version: vllmScorerVersion,
      needs:
        'be vLLM with /tokenize, and /v1/completions with echo and logprobs or the token window (--enable-scale-out, VLLM_USE_V2_MODEL_RUNNER=1)',
      score: async (parts, signal) => {
        const ids = await tokens.parts(parts, signal);
        return (way ?? findWay)(ids, parts.target, signal);
      },
    },
    settings,
  );
}

const echoSchema = z.object({
  choices: z
    .array(
      z.object({
        logprobs: z.object({
          tokens: z.array(z.string()),
          token_logprobs: z.array(z.number().nullable()),
        }),
      }),
    )
    .length(1),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int().min(0).max(1) }),
});

/** Token ids were sent, so their number tells whether all of the prompt came back. */
function readEcho(answer: unknown, { from, to }: { from: number; to: number }, target: string) {
  const { choices, usage } = readAnswer(echoSchema, answer, 'choices');
  const { tokens = [], token_logprobs: logprobs = [] } = choices[0]?.logprobs ?? {};
  if (usage.prompt_tokens !== to) {
    throw new UnusableAnswer(`it read ${usage.prompt_tokens} of ${to} tokens of the prompt`);
  }
  const expected = to + usage.completion_tokens;
  if (logprobs.length !== expected || tokens.length !== expected) {
    throw new UnusableAnswer(
      `it gave ${logprobs.length} values for ${expected} tokens: "echo" is ignored`,
    );
  }
  const bits = bitsOf(logprobs.slice(from, to));
  return {
    bits: sumOf(bits),
    tokens: tokensOf(tokens.slice(from, to).map(bytesOfToken), bits, target),
  };
}
