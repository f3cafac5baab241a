/**
 * One chat call: bounded retries with full jitter on the injected clock, budget, usage, and a
 * simpler request for servers that refuse structured output. Answers are texts; the caller parses.
 */
import type OpenAI from 'openai';
import { z } from 'zod';
import type { Usage } from '../../../schemas/generated/types.ts';
import { shorten } from '../../ports/endpoint.ts';
import { noUsage } from '../../ports/usage.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Budget } from '../../runtime/coordination/coordination.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { again, done, repeat, type Tried } from '../../runtime/retry.ts';
import type { TeacherSettings } from '../settings.ts';
import { readCompletion } from './completion.ts';
import { BrokenAnswer, classifyFailure } from './failures.ts';
import { openSpending } from './spending.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly Message[];
  readonly form: z.ZodType;
  readonly formName: string;
  readonly tokensMax: number;
  readonly limitKnob: LimitKnob;
  /** Names the answer in the memo: no other request has this id. */
  readonly id: string;
  /** The repository that it is about; its cost counts against the repository's budget. */
  readonly repository: string;
  /** A likely answer, for who only estimates. */
  readonly sketch: unknown;
}

/** The knobs that limit an answer. */
export type LimitKnob = 'planTokensMax' | 'thinkTokensMax';

export interface ChatAnswer {
  readonly text: string;
  readonly usage: Usage;
  /** The answer ended at the token limit. */
  readonly cut: boolean;
}

export type Chat = (request: ChatRequest, signal: AbortSignal) => Promise<ChatAnswer>;

/** The request fields that a server understands, learned from its refusals. */
interface Dialect {
  readonly structured: TeacherSettings['structuredOutput'];
  readonly limitField: 'max_tokens' | 'max_completion_tokens';
}

const simplerForm = { json_schema: 'json_object', json_object: 'none', none: null } as const;

export function openChat(
  client: OpenAI,
  configuration: TeacherSettings,
  clock: Clock,
  random: () => number,
  budget: Budget,
): Chat {
  const spending = openSpending(configuration, budget, clock);
  let understood: Dialect = {
    structured: configuration.structuredOutput,
    limitField: 'max_tokens',
  };
  /** The endpoint and the key are good: a later refusal concerns its request alone. */
  let answered = false;

  const ask = async (
    request: ChatRequest,
    dialect: Dialect,
    signal: AbortSignal,
  ): Promise<ChatAnswer> => {
    const promptBytes = bytesOf(request);
    const call = await spending.begin(promptBytes, request.tokensMax, signal);
    const sent: unknown = await client.chat.completions
      .create(
        {
          model: configuration.model,
          messages: request.messages.map((message) => ({ ...message })),
          temperature: configuration.temperature,
          [dialect.limitField]: request.tokensMax,
          ...responseFormat(dialect.structured, request),
        },
        { signal, timeout: configuration.timeoutMs, maxRetries: 0 },
      )
      .catch((error: unknown) => {
        call.end(null);
        throw error;
      });
    const completion = readCompletion(sent, promptBytes, configuration);
    call.end(completion.kind === 'broken' ? null : completion.usage);
    if (completion.kind === 'broken') throw new BrokenAnswer(completion.why, completion.status);
    if (completion.kind === 'refused') throw refused(completion.why, sent, completion.usage);
    return completion;
  };

  /** One try in the request's present form or in a simpler one. */
  const tryOnce = async (
    request: ChatRequest,
    form: { dialect: Dialect },
    signal: AbortSignal,
  ): Promise<Tried<ChatAnswer, FailedCall>> => {
    for (;;) {
      signal.throwIfAborted();
      try {
        const answer = await ask(request, form.dialect, signal);
        // Kept only after an answer, because the refusal may have had another cause.
        understood = form.dialect;
        answered = true;
        return done(answer);
      } catch (cause) {
        signal.throwIfAborted();
        if (cause instanceof PipelineError) throw cause;
        const failure = classifyFailure(cause, configuration.baseUrl, answered);
        if (failure.kind === 'final') throw failure.error;
        const { why } = failure;
        if (failure.kind === 'passing') return again({ why, cause }, failure.retryAfterMs ?? 0);
        const simpler = simplify(form.dialect, why);
        if (simpler === null) throw refused(why, cause);
        form.dialect = simpler;
      }
    }
  };

  return async (request, signal) => {
    const form = { dialect: understood };
    const { retryWaitMs: baseMs, retryWaitMsMax: waitMsMax, retriesMax } = configuration;
    const backoff = { clock, random, baseMs, waitMsMax, retriesMax, signal };
    const last = await repeat(backoff, () => tryOnce(request, form, signal));
    if (last.kind === 'done') return last.result;
    signal.throwIfAborted();
    throw unavailable(configuration, last.failure);
  };
}

/** A failed call that may be repeated. */
interface FailedCall {
  readonly why: string;
  readonly cause: unknown;
}

/** The next simpler request form after a refusal, or null if none is left. */
function simplify(dialect: Dialect, why: string): Dialect | null {
  if (dialect.limitField === 'max_tokens' && /max_tokens/.test(why)) {
    return { ...dialect, limitField: 'max_completion_tokens' };
  }
  const structured = simplerForm[dialect.structured];
  return structured === null ? null : { ...dialect, structured };
}

function responseFormat(structured: TeacherSettings['structuredOutput'], request: ChatRequest) {
  if (structured === 'none') return {};
  if (structured === 'json_object') return { response_format: { type: 'json_object' as const } };
  const schema = z.toJSONSchema(request.form, { target: 'draft-7' }) as Record<string, unknown>;
  return {
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: request.formName, strict: true, schema },
    },
  };
}

/** Bytes of all messages. */
function bytesOf({ messages }: ChatRequest): number {
  return messages.reduce((bytes, { content }) => bytes + Buffer.byteLength(content), 0);
}

function refused(why: string, cause: unknown, usage: Usage = noUsage): PipelineError {
  const message = shorten(`the teacher refused to answer: ${why}`, 400);
  return new PipelineError('TEACHER_REFUSED', message, { cause, usage });
}

function unavailable(configuration: TeacherSettings, { why, cause }: FailedCall): PipelineError {
  return new PipelineError(
    'TEACHER_UNAVAILABLE',
    `the teacher at ${configuration.baseUrl} failed ${configuration.retriesMax + 1} times, last: ${why}`,
    { subject: configuration.baseUrl, cause },
  );
}
