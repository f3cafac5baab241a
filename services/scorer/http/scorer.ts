/**
 * The `http` scorer: an OpenAI-compatible completions server echoes context + thought + target
 * with log probabilities. One request per thought. There are no retries here: the runtime retries,
 * with bounds that all stages share.
 */
import OpenAI from 'openai';
import { z } from 'zod';
import { shorten } from '../../ports/endpoint.ts';
import type { Scorer } from '../../ports/scorer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { boundAnswer } from '../../runtime/read-bounded.ts';
import { answerBytesMax } from '../ask-server.ts';
import { openServerScorer } from '../server-scorer.ts';
import type { ScorerSettings } from '../settings.ts';
import { targetBits } from './answer.ts';

/** Raised when the same server would give other bits. */
export const httpScorerVersion = '1';

type HttpOptions = Pick<
  ScorerSettings,
  'url' | 'model' | 'timeoutMs' | 'requestsMax' | 'contextBytesMax'
>;

export function openHttpScorer(options: HttpOptions, apiKey: string | null): Scorer {
  const client = new OpenAI({
    apiKey: apiKey ?? 'none',
    baseURL: options.url,
    maxRetries: 0,
    timeout: options.timeoutMs,
    organization: null,
    project: null,
    logLevel: 'off',
    fetch: async (input, init) =>
      boundAnswer(await fetch(input, init), answerBytesMax(String(init?.body ?? ''))),
    // Followed by itself, a redirect would take the texts to an address that nobody named.
    fetchOptions: { redirect: 'manual' },
  });
  return openServerScorer(
    {
      name: 'http',
      version: httpScorerVersion,
      needs:
        'answer completions with echo and logprobs for the whole prompt, as vLLM and llama-cpp-python with logits_all do',
      score: async ({ context, thought, target }, signal) => {
        const before = context + thought;
        return targetBits(await complete(client, options, before + target, signal), {
          ...{ before, target },
        });
      },
    },
    options,
  );
}

async function complete(
  client: OpenAI,
  options: HttpOptions,
  prompt: string,
  signal: AbortSignal,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const answer: unknown = await client.completions.create(
      { model: options.model, prompt, echo: true, logprobs: 1, max_tokens: 1, temperature: 0 },
      { signal: AbortSignal.any([signal, timeout]) },
    );
    requireNoError(answer);
    return answer;
  } catch (error) {
    // An aborted signal is the caller's wish; any other error comes from server or configuration.
    if (signal.aborted) throw signal.reason;
    throw asScorerError(error, options);
  }
}

/** Some servers and gateways report an error with status 200. */
function requireNoError(answer: unknown): void {
  const parsed = errorSchema.safeParse(answer);
  if (!parsed.success) return;
  const { message, code } = parsed.data.error;
  const status = Number(code);
  const body = { error: { message: message ?? 'an error without a message' } };
  // Without a status it may pass, so it counts as a fault of the server.
  throw OpenAI.APIError.generate(status >= 400 ? status : 500, body, undefined, new Headers());
}

const errorSchema = z.object({
  error: z.object({
    message: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
  }),
});

function statusOf(error: unknown): number | undefined {
  return error instanceof OpenAI.APIError ? (error.status as number | undefined) : undefined;
}

function asScorerError(error: unknown, options: HttpOptions): PipelineError {
  const status = statusOf(error);
  const message = shorten(error instanceof Error ? error.message : String(error), 300);
  const subject = 'scorer.url';
  if (status !== undefined && status >= 300 && status < 500 && ![408, 425, 429].includes(status)) {
    return new PipelineError(
      'SCORER_UNSUITABLE',
      `the scorer at ${options.url} refuses requests (${message}); ${remedyFor(status)}`,
      { subject, cause: error },
    );
  }
  return new PipelineError(
    'SCORER_UNAVAILABLE',
    `the scorer at ${options.url} gave no answer within ${options.timeoutMs} ms or a broken one (${message}); check that it runs and is reachable`,
    { subject, cause: error },
  );
}

function remedyFor(status: number): string {
  if (status < 400) return 'it sends on elsewhere: set scorer.url to where it is now';
  if (status === 401 || status === 403) return 'check the API key';
  if (status === 404) return 'check scorer.url (up to and with /v1) and scorer.model';
  return 'if the prompt is too long for the model, lower search.contextBytesMax or search.targetBytesMax';
}
