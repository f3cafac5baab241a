/** What to do about a failed call: wait and try again, ask in a simpler form, or give up. */
import { APIConnectionError, APIError } from 'openai';
import { shorten } from '../../ports/endpoint.ts';
import { PipelineError } from '../../runtime/errors.ts';

export type Failure =
  | { readonly kind: 'passing'; readonly why: string; readonly retryAfterMs: number | null }
  /** The server does not know a field of the request. */
  | { readonly kind: 'form'; readonly why: string }
  | { readonly kind: 'final'; readonly error: PipelineError };

/** A body with status 200 that is no completion. */
export class BrokenAnswer extends Error {
  readonly status: number | null;

  constructor(why: string, status: number | null) {
    super(why);
    this.name = 'BrokenAnswer';
    this.status = status;
  }
}

/** `answered`: the endpoint has answered before, so that its address and the key are good. */
export function classifyFailure(error: unknown, baseUrl: string, answered: boolean): Failure {
  // Time-outs are connection errors too.
  if (error instanceof APIConnectionError)
    return { kind: 'passing', why: error.message, retryAfterMs: null };
  const foreign = error instanceof APIError || error instanceof BrokenAnswer;
  // A cut or garbled body: the next answer may be whole.
  if (!foreign) return { kind: 'passing', why: messageOf(error), retryAfterMs: null };
  const status = error.status ?? 0;
  const why = shorten(`${status === 0 ? '' : `${status} `}${error.message}`, 300);
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
  if (status >= 300 && status < 400) {
    const place = locationOf(error);
    const advice = `it sends on to ${place}, and texts and keys go only to the address that is named: set teacher.baseUrl`;
    return final('CONFIG_INVALID', advice);
  }
  const code = error instanceof APIError ? error.code : null;
  if (status === 402 || code === 'insufficient_quota')
    return final('TEACHER_BUDGET', 'the account behind the key has no credit left');
  if (status === 401 || (status === 403 && !answered))
    return final('CONFIG_INVALID', 'check the API key in the environment');
  if (status === 404) return final('CONFIG_INVALID', 'check teacher.baseUrl and teacher.model');
  if (isPassing(status)) {
    return { kind: 'passing', why, retryAfterMs: retryAfterMs(error) };
  }
  if (status === 400 || status === 422) return { kind: 'form', why };
  return final('TEACHER_REFUSED', 'the request is refused for good');
}

/** 0: no status at all, as of an answer that breaks off. */
const passing: ReadonlySet<number> = new Set([0, 408, 409, 424, 425, 429]);

function isPassing(status: number): boolean {
  return passing.has(status) || status >= 500;
}

function messageOf(error: unknown): string {
  return shorten(error instanceof Error ? error.message : String(error), 300);
}

/** The Retry-After header in seconds, where a server sends one. */
function retryAfterMs(error: APIError | BrokenAnswer): number | null {
  const headers = error instanceof APIError ? error.headers : undefined;
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** Where a redirect leads, as far as the answer says. */
function locationOf(error: APIError | BrokenAnswer): string {
  const place = error instanceof APIError ? error.headers?.get('location') : null;
  return place ?? 'another address';
}
