/**
 * Token ids from the server's own tokenizer (`POST /tokenize`, the same in SGLang and vLLM), so
 * that context, thought and code are tokenized apart: the code's tokens are then the same after
 * every thought, and the context's the same for all of them, which is what a prefix cache needs.
 */
import { z } from 'zod';
import { askServer, type ServerOptions } from './ask-server.ts';
import { keepAnswers } from './keep-answers.ts';
import type { ScoredParts } from './probed-scorer.ts';
import { UnusableAnswer } from './unusable-answer.ts';

const answerSchema = z.object({ tokens: z.array(z.int().min(0)), count: z.int() });
/** Contexts and codes whose ids are kept; a file's are asked for in every round. */
const textsMax = 64;

export interface TokenParts {
  /** Of the context with the model's own beginning, then of the thought. */
  readonly before: readonly number[];
  readonly target: readonly number[];
}

export interface ServerTokens {
  context(text: string, signal: AbortSignal): Promise<readonly number[]>;
  parts(parts: ScoredParts, signal: AbortSignal): Promise<TokenParts>;
}

export function openServerTokens(server: ServerOptions, model: string): ServerTokens {
  const kept = keepAnswers<readonly number[]>(textsMax);

  const ask = async (text: string, withBeginning: boolean, signal: AbortSignal) => {
    if (text === '') return [];
    const asked = JSON.stringify({ model, prompt: text, add_special_tokens: withBeginning });
    const answer = answerSchema.safeParse(await askServer(server, '/tokenize', asked, signal));
    if (!answer.success || answer.data.count !== answer.data.tokens.length) {
      throw new UnusableAnswer('its /tokenize gives no list of token ids with their count');
    }
    const { tokens } = answer.data;
    if (tokens.length === 0) throw new UnusableAnswer('its /tokenize gives no token for a text');
    return tokens;
  };

  const context = (text: string, signal: AbortSignal) =>
    kept(`context ${text}`, () => ask(text, true, signal));
  const target = (text: string, signal: AbortSignal) =>
    kept(`target ${text}`, () => ask(text, false, signal));
  return {
    context,
    parts: async (parts, signal) => {
      const [own, thought, code] = await Promise.all([
        context(parts.context, signal),
        // A thought is scored once.
        ask(parts.thought, false, signal),
        target(parts.target, signal),
      ]);
      return { before: [...own, ...thought], target: code };
    },
  };
}
