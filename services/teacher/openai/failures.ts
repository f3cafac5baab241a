/** What to do about a failed call: wait and try again, ask in a simpler form, or give up. */
import { APIConnectionError, APIError } from 'openai';
import { PipelineError } from '../../runtime/errors.ts';

export type Failure =
  | { readonly kind: 'passing'; readonly why: string; readonly retryAfterMs: number | null }
  /** The server does not know a field of the request. */
  | { readonly kind: 'form'; readonly why: string }
  | { readonly kind: 'final'; readonly error: PipelineError };

export function classifyFailure(error: unknown, baseUrl: string): Failure {
  // Time-outs are connection errors too.
  if (error instanceof APIConnectionError)
    return { kind: 'passing', why: error.message, retryAfterMs: null };
  if (!(error instanceof APIError)) throw error;
  const status = error.status ?? 0;
  const why = `${status} ${error.message}`.slice(0, 300);
  const final = (
    code: 'CONFIG_INVALID' | 'TEACHER_REFUSED' | 'TEACHER_BUDGET',
    advice: string,
  ): Failure => ({
    kind: 'final',
    error: new PipelineError(code, `the teacher at ${baseUrl} answered ${why}; ${advice}`, {
      subject: baseUrl,
      cause: error,
    }),
  });
  if (status === 402 || error.code === 'insufficient_quota')
    return final('TEACHER_BUDGET', 'the account behind the key has no credit left');
  if (status === 401 || status === 403)
    return final('CONFIG_INVALID', 'check the API key in the environment');
  if (status === 404) return final('CONFIG_INVALID', 'check teacher.baseUrl and teacher.model');
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return { kind: 'passing', why, retryAfterMs: retryAfterMs(error) };
  }
  if (status === 400 || status === 422) return { kind: 'form', why };
  return final('TEACHER_REFUSED', 'the request is refused for good');
}

/** The Retry-After header in seconds, where a server sends one. */
function retryAfterMs(error: APIError): number | null {
  const seconds = Number(error.headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
