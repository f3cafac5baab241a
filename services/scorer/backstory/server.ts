/**
 * One server of the scorer service: sends a context once and then its key, and turns every failure
 * into a coded error. There are no retries here: the runtime retries.
 */
import { z } from 'zod';
import type { ScoreRequest } from '../../ports/scorer.ts';
import { sha256 } from '../../runtime/ids.ts';
import { askServer, type ServerOptions, unavailable } from '../ask-server.ts';
import { UnusableAnswer } from '../unusable-answer.ts';
import { passingCodes, readScores, type Scores } from './answer.ts';

export interface ScorerServer {
  readonly address: string;
  /** Model and configuration that it serves. */
  health(signal: AbortSignal): Promise<Health>;
  score(request: ScoreRequest, perToken: boolean, signal: AbortSignal): Promise<Scores>;
}

const healthSchema = z.object({
  model: z.string(),
  configuration: z.string(),
  takes_text: z.boolean(),
});
export type Health = z.infer<typeof healthSchema>;

/** Contexts whose keys are remembered per server; beyond it they are sent again. */
const contextsMax = 4096;

export function scorerServer(options: ServerOptions): ScorerServer {
  const keys = new Map<string, string>();

  const scoreOnce = async (
    request: ScoreRequest,
    context: { readonly context: string } | { readonly context_key: string },
    perToken: boolean,
    signal: AbortSignal,
  ) => {
    const { thoughts, target } = request;
    const items = [{ ...context, candidates: thoughts, target }];
    const body = JSON.stringify({ items, per_token: perToken });
    const answer = await askServer(options, '/v1/score', body, signal);
    try {
      return readScores(answer, thoughts.length, perToken ? target : null);
    } catch (error) {
      if (!(error instanceof UnusableAnswer) || !passingCodes.has(error.code ?? '')) throw error;
      throw unavailable(options, error.message, error);
    }
  };

  return {
    address: options.address,
    health: async (signal) => {
      const parsed = healthSchema.safeParse(await askServer(options, '/health', null, signal));
      if (parsed.success) return parsed.data;
      throw new UnusableAnswer('its /health is not that of the scorer service');
    },
    score: async (request, perToken, signal) => {
      const place = sha256(request.context);
      const key = keys.get(place);
      if (key !== undefined) {
        try {
          return await scoreOnce(request, { context_key: key }, perToken, signal);
        } catch (error) {
          if (!(error instanceof UnusableAnswer) || error.code !== 'CONTEXT_UNKNOWN') throw error;
        }
      }
      const scores = await scoreOnce(request, { context: request.context }, perToken, signal);
      const oldest = keys.keys().next();
      if (keys.size >= contextsMax && !oldest.done) keys.delete(oldest.value);
      keys.set(place, scores.contextKey);
      return scores;
    },
  };
}
