/**
 * What to do about a failed call: wait and try again, ask in a simpler form, or give up. Servers
 * name one cause in many ways, so status, code, type and words are read together. Pure.
 */
import { APIConnectionError, APIError } from 'openai';
import { shorten } from '../../ports/endpoint.ts';
import { timeOfDayMs } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { LimitKnob } from './chat-request.ts';
import { retryAfterMs } from './retry-after.ts';

export type Failure =
  /** `busy`: the server has more to do than it can, so that fewer calls at once are better. */
  | {
      readonly kind: 'passing';
      readonly why: string;
      readonly retryAfterMs: number | null;
      readonly busy: boolean;
    }
  /** The server does not know a field of the request. */
  | { readonly kind: 'form'; readonly why: string }
  /** The model's answer had not the form, and the server keeps it back. */
  | { readonly kind: 'answer'; readonly text: string }
  /** This endpoint takes no more calls; another one may. */
  | { readonly kind: 'exhausted'; readonly error: PipelineError }
  | { readonly kind: 'final'; readonly error: PipelineError };

/** A body with status 200 that is no completion. */
export class BrokenAnswer extends Error {
  readonly status: number | null;
  readonly code: string;

  constructor(why: string, status: number | null, code = '') {
    super(why);
    this.name = 'BrokenAnswer';
    this.status = status;
    this.code = code;
  }
}

/** What is known of the endpoint and the request that failed. */
export interface FailedAt {
  readonly baseUrl: string;
  /** The endpoint has answered before, so that its address and the key are good. */
  readonly answered: boolean;
  readonly limitKnob: LimitKnob;
  /** The names of models that the endpoint lists, nearest first. */
  readonly models?: readonly string[];
}

/** One of these phrases, as a pattern. */
const anyOf = (...phrases: readonly string[]) => new RegExp(phrases.join('|'));

const noCredit = anyOf(
  'insufficient[_ ](?:quota|funds|balance|credits?)',
  'credit balance',
  'exceeded your current quota',
  'billing[_ ](?:hard[_ ])?limit',
  'payment required',
  'out of credits',
);
const badKey = anyOf(
  'api[_ -]?key',
  'authenticat',
  'unauthori[sz]ed',
  '(?:invalid|expired|missing) (?:access )?token',
  'permission[_ ]denied',
);
const filtered = anyOf(
  'content[_ ](?:filter|policy|management)',
  'moderation',
  'responsible[_ ]?ai',
  'safety system',
  'flagged',
);
const answerForm = anyOf(
  'response_format',
  'json_(?:schema|object)',
  'structured',
  'guided',
  'grammar',
);
/** Whether a refusal, in lower case, is about the form that answers should have. */
export function namesForm(says: string): boolean {
  return answerForm.test(says);
}
/** The same, or about parameters of the request without naming one. */
function namesParameters(says: string): boolean {
  return namesForm(says) || says.includes('parameters');
}

const limitTooHigh = new RegExp(
  String.raw`max_(?:completion_|new_|output_)?tokens.{0,60}(?:too (?:large|high)|less than|at most|` +
    String.raw`exceed|greater|larger|maximum|<=)`,
);
const tooLong = anyOf(
  'context[_ ](?:length|window|size)',
  'maximum context',
  'prompt (?:is )?too long',
  'input (?:is )?too (?:long|large)',
  'too many (?:input )?tokens',
  'reduce the length',
  String.raw`inputs?\W{0,2} ?tokens? \+ `,
  'exceed.{0,40}context',
);
const unsupported = /unsupported|not supported|unrecognized|unknown|unexpected|extra|instead/;

export function classifyFailure(error: unknown, at: FailedAt): Failure {
  // Time-outs are connection errors too.
  if (error instanceof APIConnectionError) return passing(describeConnection(error));
  const foreign = error instanceof APIError || error instanceof BrokenAnswer;
  // A cut or garbled body: the next answer may be whole.
  if (!foreign) return passing(describeConnection(error));
  return classifyAnswer(error, at);
}

function classifyAnswer(error: APIError | BrokenAnswer, at: FailedAt): Failure {
  const { baseUrl, answered } = at;
  const status = error.status ?? 0;
  const why = shorten(`${status === 0 ? '' : `${status} `}${bareMessage(error, status)}`, 300);
  const type = error instanceof APIError ? error.type : '';
  const says = `${error.code ?? ''} ${type ?? ''} ${error.message}`.toLowerCase();
  const coded = (code: FinalCode, advice: string) =>
    new PipelineError(code, `the teacher at ${baseUrl} answered ${why}; ${advice}`, {
      subject: baseUrl,
      cause: error,
    });
  const final = (code: FinalCode, advice: string): Failure => ({
    kind: 'final',
    error: coded(code, advice),
  });
  if (status >= 300 && status < 400) return final('CONFIG_INVALID', redirectAdvice(error));
  const waitMs = askedWait(error);
  // Some servers call a limit per minute a quota, too; they say when it is over.
  if (status === 402 || (noCredit.test(says) && waitMs === null)) {
    const advice = 'the account behind the key has no credit left';
    return { kind: 'exhausted', error: coded('TEACHER_BUDGET', advice) };
  }
  if (says.includes('json_validate_failed')) return { kind: 'answer', text: keptBack(error) };
  if (status === 401 || (status === 403 && (!answered || badKey.test(says)))) {
    return final(
      'CONFIG_INVALID',
      'check the API key in the environment (BACKSTORY_TEACHER_API_KEY)',
    );
  }
  if (status === 404 && !namesParameters(says)) {
    return final('CONFIG_INVALID', `check teacher.baseUrl and teacher.model${listed(at)}`);
  }
  if (isForm(status) && filtered.test(says)) return final('TEACHER_REFUSED', 'a filter refuses it');
  const length = lengthAdvice(status, says, at);
  if (length !== null) {
    const code = length.always && !answered ? 'CONFIG_INVALID' : 'TEACHER_REFUSED';
    return final(code, length.advice);
  }
  if (isForm(status) || (status >= 500 && namesParameters(says))) return { kind: 'form', why };
  if (isPassing(status)) {
    const busy = status === 429 || status === 503 || status === 529;
    return { kind: 'passing', why, retryAfterMs: waitMs, busy };
  }
  return final('TEACHER_REFUSED', 'the request is refused for good');
}

type FinalCode = 'CONFIG_INVALID' | 'TEACHER_REFUSED' | 'TEACHER_BUDGET';

function passing(why: string): Failure {
  return { kind: 'passing', why, retryAfterMs: null, busy: false };
}

/** The openai package puts the status before the message. */
function bareMessage({ message }: Error, status: number): string {
  return message.startsWith(`${status} `) ? message.slice(`${status} `.length) : message;
}

/** Statuses with which a server refuses a field of a request; 501 is for a form it has not got. */
const form: ReadonlySet<number> = new Set([400, 404, 422, 501]);

function isForm(status: number): boolean {
  return form.has(status);
}

/** 0: no status at all, as of an answer that breaks off. */
const passingStatuses: ReadonlySet<number> = new Set([0, 408, 409, 424, 425, 429]);

function isPassing(status: number): boolean {
  return passingStatuses.has(status) || status >= 500;
}

/** What to do where a request has too many tokens; `always`: every request has. */
function lengthAdvice(
  status: number,
  says: string,
  { limitKnob }: FailedAt,
): { readonly advice: string; readonly always: boolean } | null {
  if (status === 413) {
    return { advice: 'the prompt is too long: lower teacher.promptBytesMax', always: false };
  }
  if (status !== 400 && status !== 422) return null;
  if (limitTooHigh.test(says) && !unsupported.test(says)) {
    return {
      advice: `the limit is too high for this model: lower teacher.${limitKnob}`,
      always: true,
    };
  }
  if (!tooLong.test(says)) return null;
  const advice = `prompt and answer do not fit its context: lower teacher.promptBytesMax or teacher.${limitKnob}`;
  return { advice, always: false };
}

function askedWait(error: APIError | BrokenAnswer): number | null {
  const headers = error instanceof APIError ? error.headers : undefined;
  const details = error instanceof APIError ? JSON.stringify(error.error ?? '') : '';
  const words = `${error.message} ${details}`;
  return retryAfterMs(headers ?? new Headers(), words, timeOfDayMs());
}

/** What the model had written; empty where the server does not tell. */
function keptBack(error: APIError | BrokenAnswer): string {
  const body = error instanceof APIError ? error.error : null;
  const text = (body as { failed_generation?: unknown } | null)?.failed_generation;
  return typeof text === 'string' ? text : '';
}

function listed({ models = [] }: FailedAt): string {
  return models.length === 0 ? '' : `; it lists ${models.join(', ')}`;
}

/** Where a redirect leads, as far as the answer says. */
function redirectAdvice(error: APIError | BrokenAnswer): string {
  const place = error instanceof APIError ? error.headers?.get('location') : null;
  return `it sends on to ${place ?? 'another address'}, and texts and keys go only to the address that is named: set teacher.baseUrl`;
}

/** The package says "Connection error."; what happened stands in the causes. */
export function describeConnection(error: unknown): string {
  const said: string[] = [];
  for (let each: unknown = error; each instanceof Error && said.length < 5; each = each.cause) {
    const { code } = each as { code?: unknown };
    const text = typeof code === 'string' ? `${code} ${each.message}` : each.message;
    if (text.trim() !== '' && !said.includes(text)) said.push(text.trim());
  }
  return shorten(said.length === 0 ? String(error) : said.join(': '), 300);
}

/** Codes of connections that were never there, so that nothing was sent. */
const neverSent = anyOf(
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'bad port',
  'CERT',
);

/** Whether a call that brought nothing may have been billed: its answer was on the way, or cut. */
export function mayBeBilled(error: unknown): boolean {
  if (error instanceof APIError && error.status !== undefined) return false;
  if (error instanceof BrokenAnswer) return error.status === null && error.code === '';
  return !neverSent.test(describeConnection(error));
}
