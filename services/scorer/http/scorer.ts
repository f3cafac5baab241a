/**
 * The `http` scorer: an OpenAI-compatible completions server echoes context + thought + target
 * with log probabilities. One request per thought. There are no retries here: the runtime retries,
 * with bounds that all stages share.
 */
import OpenAI from 'openai';
import { z } from 'zod';
import { publicModelName, shorten } from '../../ports/endpoint.ts';
import type { ScoreRequest, Scorer } from '../../ports/scorer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { tailBytes } from '../bytes/score.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import type { ScorerSettings } from '../settings.ts';
import { type Prompt, targetBits, UnusableAnswer } from './answer.ts';

/** Raised when the same server would give other bits. */
export const httpScorerVersion = '1';

type HttpOptions = Pick<
  ScorerSettings,
  'url' | 'model' | 'timeoutMs' | 'requestsMax' | 'contextBytesMax'
>;

/**
 * Long enough that a server which returns only its generated token cannot pass as echoing, and with
 * characters that tokenizers split.
 */
const probe = {
  before: 'def add(first, second):\n',
  target: '    return first + second  # naïve: ∑ 加 🜁\n\n\nprint(add(1, 2))\n',
};
const otherProbe = { before: '# A table of the months, by name.\n', target: probe.target };

/**
 * By how much the bits of one text may differ between two requests: servers in bf16 batch them
 * otherwise each time. A mixed-up answer is further off.
 */
const probeShareMax = 0.03;

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

  const scoreOf = (prompt: Prompt, signal: AbortSignal) =>
    limited(async () =>
      targetBits(await complete(client, options, prompt.before + prompt.target, signal), prompt),
    );

  const bitsOf = async (prompt: Prompt, signal: AbortSignal) =>
    (await scoreOf(prompt, signal)).bits;

  const runProbe = async (signal: AbortSignal) => {
    try {
      const alone = await bitsOf(probe, signal);
      if (alone <= 0) throw new UnusableAnswer('every log probability of the probe is zero');
      const [, again = Number.NaN] = await Promise.all([
        bitsOf(otherProbe, signal),
        bitsOf(probe, signal),
      ]);
      if (Math.abs(again - alone) > alone * probeShareMax) {
        throw new UnusableAnswer(
          `one text has ${alone.toFixed(1)} bits alone and ${again.toFixed(1)} beside another`,
        );
      }
    } catch (error) {
      throw error instanceof UnusableAnswer ? unsuitable(error) : error;
    }
  };
  let suitable = false;

  const scoreTokens = async (request: ScoreRequest, signal: AbortSignal) => {
    if (!suitable) await runProbe(signal);
    suitable = true;
    // The first token of a prompt has no probability, so an empty beginning needs a character.
    const context = keepTail(request.context, options.contextBytesMax) || '\n';
    const prompts = request.thoughts.map((thought) => ({
      before: context + thought,
      target: request.target,
    }));
    const ends = await Promise.allSettled(prompts.map((prompt) => scoreOf(prompt, signal)));
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    const passing = failures.find((failure) => !isForGood(failure));
    if (passing !== undefined) throw passing;
    // One text that the server cannot score must not end a run: only the probe may.
    const [refused] = failures;
    if (refused !== undefined) await runProbe(signal);
    if (refused !== undefined && failures.length === ends.length) {
      throw new PipelineError('SCORER_REFUSED', `the scorer gave no bits: ${refused.message}`, {
        subject: 'scorer.url',
        cause: refused,
      });
    }
    return ends.map((end) => (end.status === 'fulfilled' ? end.value : null));
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
    // The answer holds every token in any case.
    score: async (request, signal) =>
      (await scoreTokens(request, signal)).map((scored) => scored?.bits ?? null),
    scoreTokens,
    check: async () => {
      try {
        // The request has its own time limit.
        await runProbe(new AbortController().signal);
        return null;
      } catch (error) {
        // A server that is busy is there; the run waits for it.
        if (statusOf(error instanceof Error ? error.cause : null) === 429) return null;
        if (error instanceof PipelineError) return error.message;
        throw error;
      }
    },
    load: () => limited.load(`${new URL(options.url).host} ${publicModelName(options.model)}`),
    close: async () => {},
  };
}

/** Whether the same text would fail again. */
function isForGood(error: unknown): boolean {
  if (error instanceof UnusableAnswer) return true;
  return error instanceof PipelineError && error.code === 'SCORER_UNSUITABLE';
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

function unsuitable({ message }: UnusableAnswer): PipelineError {
  return new PipelineError(
    'SCORER_UNSUITABLE',
    `the server cannot score: ${message}. It must answer completions with echo and logprobs for the whole prompt, as vLLM and llama-cpp-python with logits_all do`,
    { subject: 'scorer.url' },
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
