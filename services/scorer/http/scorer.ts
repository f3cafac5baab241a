/**
 * The `http` scorer: an OpenAI-compatible completions server echoes context + thought + target
 * with log probabilities. One request per thought. There are no retries here: the runtime retries,
 * with bounds that all stages share.
 */
import OpenAI from 'openai';
import { publicModelName, shorten } from '../../ports/endpoint.ts';
import type { ScoreRequest, Scorer } from '../../ports/scorer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { tailBytes } from '../bytes/score.ts';
import type { ScorerSettings } from '../settings.ts';
import { targetBits, unsuitable } from './answer.ts';

/** Raised when the same server would give other bits. */
export const httpScorerVersion = '1';

type HttpOptions = Pick<
  ScorerSettings,
  'url' | 'model' | 'timeoutMs' | 'requestsMax' | 'contextBytesMax'
>;

/** Long enough that a server which returns only its generated token cannot pass as echoing. */
const probe = {
  prompt: 'def add(first, second):\n',
  target: '    return first + second\n\n\nprint(add(1, 2))\n',
};

export function openHttpScorer(options: HttpOptions, apiKey: string | null): Scorer {
  const client = new OpenAI({
    apiKey: apiKey ?? 'none',
    baseURL: options.url,
    maxRetries: 0,
    timeout: options.timeoutMs,
    organization: null,
    project: null,
    logLevel: 'off',
    // Followed by itself, a redirect would take the texts to an address that nobody named.
    fetchOptions: { redirect: 'manual' },
  });
  const limited = limitConcurrency(options.requestsMax);

  const bitsOf = (before: string, target: string, signal: AbortSignal) =>
    limited(async () => {
      const answer = await complete(client, options, before + target, signal);
      return targetBits(answer, target);
    });

  const runProbe = async (signal: AbortSignal) => {
    const bits = await bitsOf(probe.prompt, probe.target, signal);
    if (bits <= 0) throw unsuitable('every log probability of the probe is zero');
  };
  let suitable = false;

  const score = async (request: ScoreRequest, signal: AbortSignal) => {
    if (!suitable) await runProbe(signal);
    suitable = true;
    // The first token of a prompt has no probability, so an empty beginning needs a character.
    const context = keepTail(request.context, options.contextBytesMax) || '\n';
    return Promise.all(
      request.thoughts.map((thought) => bitsOf(context + thought, request.target, signal)),
    );
  };

  return {
    identity: {
      name: 'http',
      version: httpScorerVersion,
      model: publicModelName(options.model),
      languageModel: true,
    },
    configuration: sha256(
      canonicalJson({
        scorer: 'http',
        version: httpScorerVersion,
        url: options.url,
        model: options.model,
        contextBytesMax: options.contextBytesMax,
      }),
    ),
    score,
    check: async () => {
      try {
        // The request has its own time limit.
        await runProbe(new AbortController().signal);
        return null;
      } catch (error) {
        if (error instanceof PipelineError) return `${error.code}: ${error.message}`;
        throw error;
      }
    },
    close: async () => {},
  };
}

async function complete(
  client: OpenAI,
  options: HttpOptions,
  prompt: string,
  signal: AbortSignal,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    return await client.completions.create(
      { model: options.model, prompt, echo: true, logprobs: 1, max_tokens: 1, temperature: 0 },
      { signal: AbortSignal.any([signal, timeout]) },
    );
  } catch (error) {
    // An aborted signal is the caller's wish; any other error comes from server or configuration.
    if (signal.aborted) throw signal.reason;
    throw asScorerError(error, options);
  }
}

function asScorerError(error: unknown, options: HttpOptions): PipelineError {
  const status =
    error instanceof OpenAI.APIError ? (error.status as number | undefined) : undefined;
  const message = shorten(error instanceof Error ? error.message : String(error), 300);
  const subject = 'scorer.url';
  if (status !== undefined && status >= 300 && status < 500 && status !== 408 && status !== 429) {
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

function keepTail(text: string, bytesMax: number): string {
  return new TextDecoder().decode(tailBytes(new TextEncoder().encode(text), bytesMax));
}

/** Runs at most `requestsMax` jobs at once; waiting jobs start in the order of the calls. */
function limitConcurrency(requestsMax: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Value>(job: () => Promise<Value>): Promise<Value> => {
    if (running >= requestsMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
