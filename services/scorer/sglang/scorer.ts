/**
 * The `sglang` scorer: SGLang's own `/generate` takes token ids and gives log probabilities from a
 * place on. What stands before that place is read from its radix cache, so a context is sent once
 * by itself and then costs nothing with each thought. The OpenAI route would read it every time.
 */
import { z } from 'zod';
import type { Scored, Scorer } from '../../ports/scorer.ts';
import { askServer } from '../ask-server.ts';
import { keepAnswers } from '../keep-answers.ts';
import { bitsOf, bytesOfToken, readAnswer, sumOf, tokensOf } from '../server-answer.ts';
import { openServerScorer } from '../server-scorer.ts';
import { rootOf } from '../server-settings.ts';
import { openServerTokens, type TokenParts } from '../server-tokens.ts';
import type { ScorerSettings } from '../settings.ts';
import { UnusableAnswer } from '../unusable-answer.ts';

/** Raised when the same server would give other bits. */
export const sglangScorerVersion = '1';

/** Contexts that are taken to be in the server's cache; an older one is sent again. */
const contextsMax = 64;

export function openSglangScorer(settings: ScorerSettings, apiKey: string | null): Scorer {
  const { model, timeoutMs } = settings;
  const server = { address: rootOf(settings.url), apiKey, timeoutMs };
  const tokens = openServerTokens(server, model);
  const warm = keepAnswers<void>(contextsMax);

  const generate = (body: object, signal: AbortSignal) => {
    const sampling = { max_new_tokens: 0, temperature: 0 };
    const asked = JSON.stringify({ ...body, sampling_params: sampling });
    return askServer(server, '/generate', asked, signal);
  };

  const warmUp = async (context: string, signal: AbortSignal) => {
    await generate({ input_ids: await tokens.context(context, signal) }, signal);
  };

  return openServerScorer(
    {
      name: 'sglang',
      version: sglangScorerVersion,
      needs:
        'be SGLang with /tokenize and /generate, which gives input_token_logprobs from logprob_start_len on',
      prepare: (context, signal) => warm(context, () => warmUp(context, signal)),
      score: async (parts, signal) => {
        const ids = await tokens.parts(parts, signal);
        const answer = await generate(
          {
            input_ids: [...ids.before, ...ids.target],
            return_logprob: true,
            // One before the code: the first value that comes back is null.
            logprob_start_len: ids.before.length - 1,
            top_logprobs_num: 0,
            return_text_in_logprobs: true,
          },
          signal,
        );
        return scoredOf(answer, ids, parts.target);
      },
    },
    settings,
  );
}

const row = z.tuple([z.number().nullable(), z.int()]).rest(z.unknown());
const answerSchema = z.object({
  meta_info: z.object({ prompt_tokens: z.int(), input_token_logprobs: z.array(row) }),
});

/** Every row must name the token that was sent, so that no value belongs to another place. */
function scoredOf(answer: unknown, { before, target: ids }: TokenParts, target: string): Scored {
  const { meta_info: told } = readAnswer(answerSchema, answer, 'meta_info');
  const { prompt_tokens: read, input_token_logprobs: rows } = told;
  const sent = before.length + ids.length;
  if (read !== sent) throw new UnusableAnswer(`it read ${read} of ${sent} tokens of the prompt`);
  if (rows.length !== ids.length + 1) {
    throw new UnusableAnswer(
      `it gave ${rows.length} values where ${ids.length + 1} were asked for: "logprob_start_len" is ignored`,
    );
  }
  const own = rows.slice(1);
  for (const [index, [, id]] of own.entries()) {
    if (id === ids[index]) continue;
    throw new UnusableAnswer(`it gave token ${id} where ${ids[index]} was sent`);
  }
  const bits = bitsOf(own.map(([logprob]) => logprob));
  const spelled = own.map(([, , text]) => bytesOfToken(typeof text === 'string' ? text : ''));
  return { bits: sumOf(bits), tokens: tokensOf(spelled, bits, target) };
}
