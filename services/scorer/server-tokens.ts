/**
 * Token ids from the server's own tokenizer (`POST /tokenize`, the same in SGLang and vLLM), so
 * that context, thought and code are tokenized apart: the code's tokens are then the same after
 * every thought, and the context's the same for all of them, which is what a prefix cache needs.
 */
import { z } from 'zod';
import { askServer, type ServerOptions } from './ask-server.ts';
import type { ScoredParts } from './server-scorer.ts';
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
  const kept = new Map<string, readonly number[]>();

  const idsOf = async (text: string, withBeginning: boolean, signal: AbortSignal) => {
    if (text === '') return [];
    const question = { model, prompt: text, add_special_tokens: withBeginning };
    const asked = JSON.stringify(question);
    const known = kept.get(asked);
    if (known !== undefined) return known;
    const answer = answerSchema.safeParse(await askServer(server, '/tokenize', asked, signal));
    if (!answer.success || answer.data.count !== answer.data.tokens.length) {
      throw new UnusableAnswer('its /tokenize gives no list of token ids with their count');
    }
    const { tokens } = answer.data;
    if (tokens.length === 0) throw new UnusableAnswer('its /tokenize gives no token for a text');
    for (const oldest of kept.keys()) {
      if (kept.size < textsMax) break;
      kept.delete(oldest);
    }
    kept.set(asked, tokens);
    return tokens;
  };

  const context = (text: string, signal: AbortSignal) => idsOf(text, true, signal);
  return {
    context,
    parts: async (parts, signal) => {
      const own = await context(parts.context, signal);
      const thought = await idsOf(parts.thought, false, signal);
      return { before: [...own, ...thought], target: await idsOf(parts.target, false, signal) };
    },
  };
}
