/**
 * One server of the scorer service: sends a context once and then its key, and turns every failure
 * into a coded error. There are no retries here: the runtime retries.
 */
import { z } from 'zod';
import { shorten } from '../../ports/endpoint.ts';
import type { ScoreRequest } from '../../ports/scorer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { passingCodes, readScores, type Scores, UnusableAnswer } from './answer.ts';

export interface ServerOptions {
  readonly address: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
}

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
    const answer = await ask(options, '/v1/score', body, signal);
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
      const parsed = healthSchema.safeParse(await ask(options, '/health', null, signal));
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

/** Throws UnusableAnswer where the same request would fail again. */
async function ask(
  options: ServerOptions,
  path: string,
  body: string | null,
  signal: AbortSignal,
): Promise<unknown> {
  const headers = {
    'content-type': 'application/json',
    ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${options.address}${path}`, {
      ...(body === null ? { method: 'GET' } : { method: 'POST', body }),
      headers,
      // Followed by itself, a redirect would take the texts to an address that nobody named.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]),
    });
    text = await response.text();
  } catch (error) {
    // An aborted signal is the caller's wish; anything else comes from server or network.
    if (signal.aborted) throw signal.reason;
    throw unavailable(options, causeOf(error), error);
  }
  const { status } = response;
  const answer = parseJson(text);
  if (status === 200 && answer !== undefined) return answer;
  const told = errorSchema.safeParse(answer);
  const message = shorten(told.success ? told.data.error.message : `status ${status}`, 300);
  const forGood = status >= 300 && status < 500 && ![408, 425, 429].includes(status);
  if (!forGood) throw unavailable(options, message, null);
  throw new UnusableAnswer(`${message} (${status})`, told.success ? told.data.error.code : null);
}

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function unavailable(options: ServerOptions, message: string, cause: unknown): PipelineError {
  return new PipelineError(
    'SCORER_UNAVAILABLE',
    `the scorer at ${options.address} gave no answer within ${options.timeoutMs} ms or a broken one (${message}); check that it runs and is reachable`,
    { subject: 'scorer.url', cause },
  );
}
