/**
 * One request to a scorer's server, and every failure as a coded error: passing ones as
 * SCORER_UNAVAILABLE, and UnusableAnswer where the same request would fail again. There are no
 * retries here: the runtime retries.
 */
import { z } from 'zod';
import { shorten } from '../ports/endpoint.ts';
import { PipelineError } from '../runtime/errors.ts';
import { boundAnswer } from '../runtime/read-bounded.ts';
import { UnusableAnswer } from './unusable-answer.ts';

export interface ServerOptions {
  readonly address: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
}

const shortBytes = 1024 * 1024;
const bytesPerByteAsked = 512;

/** A server tells at most a few numbers and words for each token that it was sent. */
export function answerBytesMax(asked: string): number {
  return shortBytes + bytesPerByteAsked * Buffer.byteLength(asked);
}

/** Without a body, it is a GET. */
export async function askServer(
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
    text = await boundAnswer(response, answerBytesMax(body ?? '')).text();
  } catch (error) {
    // An aborted signal is the caller's wish; anything else comes from server or network.
    if (signal.aborted) throw signal.reason;
    throw unavailable(options, causeOf(error), error);
  }
  const { status } = response;
  const answer = parseJson(text);
  const told = errorIn(answer);
  // Some servers and gateways report an error with status 200.
  if (status === 200 && answer !== undefined && told?.hasCode !== true) return answer;
  const message = shorten(told?.message ?? `status ${status}`, 300);
  const forGood = status >= 300 && status < 500 && ![408, 425, 429].includes(status);
  if (!forGood) throw unavailable(options, message, Object.assign(new Error(message), { status }));
  throw new UnusableAnswer(`${message} (${status})`, told?.code ?? null, true);
}

const errorSchema = z.object({
  error: z.object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string() }),
});
/** As FastAPI and older servers put it. */
const plainSchema = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
]);

function errorIn(answer: unknown) {
  const coded = errorSchema.safeParse(answer);
  if (coded.success) {
    const { code, message } = coded.data.error;
    return { message, code: typeof code === 'string' ? code : null, hasCode: true };
  }
  const plain = plainSchema.safeParse(answer);
  return plain.success ? { message: plain.data, code: null, hasCode: false } : null;
}

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

export function unavailable(
  options: Pick<ServerOptions, 'address' | 'timeoutMs'>,
  message: string,
  cause: unknown,
): PipelineError {
  return new PipelineError(
    'SCORER_UNAVAILABLE',
    `the scorer at ${options.address} gave no answer within ${options.timeoutMs} ms or a broken one (${message}); check that it runs and is reachable`,
    { subject: 'scorer.url', cause },
  );
}
