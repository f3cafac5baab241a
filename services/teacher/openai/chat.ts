/**
 * One chat call: an endpoint that takes it, bounded retries with full jitter on the injected clock,
 * budget, usage, and a simpler request for servers that refuse a field. Answers are texts; the
 * caller parses.
 */
import type { Usage } from '../../../schemas/generated/types.ts';
import { shorten } from '../../ports/endpoint.ts';
import { noUsage } from '../../ports/usage.ts';
import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { again, done, repeat, type Tried } from '../../runtime/retry.ts';
import type { TeacherSettings } from '../settings.ts';
import { bytesOf, type Chat, type ChatAnswer, type ChatRequest } from './chat-request.ts';
import { type Completion, readCompletion } from './completion.ts';
import { bodyOf, simplify } from './dialect.ts';
import type { CallEnd, Endpoint, Endpoints, Place } from './endpoints/endpoints.ts';
import { BrokenAnswer, classifyFailure, type Failure, mayBeBilled } from './failures.ts';
import type { Prices } from './money/prices.ts';
import type { Call, Spending } from './money/spending.ts';

export interface ChatTools {
  readonly endpoints: Endpoints;
  readonly settings: TeacherSettings;
  readonly prices: Prices;
  readonly spending: Spending;
  readonly clock: Clock;
  readonly random: () => number;
}

/** After so many refusals, and no answer ever, the endpoint and not the requests is at fault. */
const refusalsMax = 20;

export function openChat(tools: ChatTools): Chat {
  const { settings, endpoints, clock, random } = tools;
  let refusals = 0;
  const backoff = {
    ...{ clock, random, baseMs: settings.retryWaitMs, waitMsMax: settings.retryWaitMsMax },
    ...{ retriesMax: settings.retriesMax, askedMsMax: settings.serverWaitMsMax },
  };
  return async (request, signal) => {
    try {
      const last = await repeat({ ...backoff, signal }, () => tryOnce(tools, request, signal));
      if (last.kind === 'done') return last.result;
      signal.throwIfAborted();
      throw unavailable(settings, last.failure);
    } catch (error) {
      const refused = error instanceof PipelineError && error.code === 'TEACHER_REFUSED';
      refusals += refused ? 1 : 0;
      const answered = endpoints.all.some((endpoint) => endpoint.answered);
      if (refused && !answered && refusals >= refusalsMax) throw onlyRefuses(error, refusals);
      throw error;
    }
  };
}

/** A failed call that may be repeated. */
interface FailedCall {
  readonly why: string;
  readonly cause: unknown;
  readonly baseUrl: string;
}

/** One try at one endpoint, in the request's present form or in a simpler one. */
async function tryOnce(
  tools: ChatTools,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Tried<ChatAnswer, FailedCall>> {
  const place = await tools.endpoints.take(signal);
  const { endpoint } = place;
  let { dialect } = endpoint;
  try {
    for (;;) {
      const tried = await ask(tools, request, { place, dialect }, signal);
      if ('answer' in tried) {
        // Kept only after an answer, because the refusal may have had another cause.
        endpoint.dialect = dialect;
        return done(tried.answer);
      }
      const { failure, cause } = tried;
      if (failure.kind === 'form') {
        const simpler = simplify(dialect, failure.why, tools.settings);
        if (simpler === null) throw refused(failure.why, cause);
        dialect = simpler;
        continue;
      }
      if (failure.kind === 'exhausted') {
        place.end({ kind: 'out', error: failure.error });
        return again({ why: failure.error.message, cause, baseUrl: endpoint.baseUrl });
      }
      if (failure.kind === 'final') throw failure.error;
      const { why, busy, retryAfterMs: waitMs } = failure;
      place.end({ kind: 'failed', waitMs, busy, why });
      // With several endpoints the next try goes to another one meanwhile. A wait that is too long
      // ends the run at once: the next try would find no endpoint that takes it.
      const alone = tools.endpoints.all.length === 1;
      const waits = alone && (waitMs ?? 0) <= tools.settings.serverWaitMsMax ? (waitMs ?? 0) : 0;
      return again({ why, cause, baseUrl: endpoint.baseUrl }, waits);
    }
  } catch (error) {
    place.end(endOf(error));
    throw error;
  }
}

/** A refusal shows that the endpoint works; an abort or a spent budget show nothing. */
function endOf(error: unknown): CallEnd {
  const refused = error instanceof PipelineError && error.code === 'TEACHER_REFUSED';
  return { kind: refused ? 'refused' : 'unknown' };
}

type Asked =
  | { readonly answer: ChatAnswer }
  | { readonly failure: Exclude<Failure, { kind: 'answer' }>; readonly cause: unknown };

/** One call. */
async function ask(
  tools: ChatTools,
  request: ChatRequest,
  { place, dialect }: { readonly place: Place; readonly dialect: Endpoint['dialect'] },
  signal: AbortSignal,
): Promise<Asked> {
  signal.throwIfAborted();
  const { settings, prices, spending } = tools;
  const { endpoint } = place;
  const promptBytes = bytesOf(request);
  const call = await spending.begin(
    { promptBytes, tokensMax: request.tokensMax, repository: request.repository },
    signal,
  );
  try {
    const sent: unknown = await endpoint.client.chat.completions.create(
      bodyOf(request, settings, endpoint.model, dialect) as never,
      { signal, timeout: settings.timeoutMs, maxRetries: 0 },
    );
    const completion = readCompletion(sent, promptBytes, prices);
    return { answer: answerOf(completion, call, place, sent) };
  } catch (cause) {
    call.end(costOf(cause));
    signal.throwIfAborted();
    if (cause instanceof PipelineError) throw cause;
    const { baseUrl, models, listed } = endpoint;
    const answered = endpoint.answered || listed;
    const at = { baseUrl, answered, models, limitKnob: request.limitKnob };
    const failure = classifyFailure(cause, at);
    if (failure.kind !== 'answer') return { failure, cause };
    return { answer: answerOf(emptyAnswer(failure.text), call, place, cause) };
  }
}

/** A call whose answer got lost may have been billed; one that is refused is not. */
function costOf(cause: unknown): Usage | 'lost' | null {
  if (cause instanceof PipelineError) return cause.usage ?? null;
  return mayBeBilled(cause) ? 'lost' : null;
}

/** What a server keeps back because it has not the form; it tells no tokens. */
function emptyAnswer(text: string): Completion {
  return { kind: 'text', text, cut: false, usage: { ...noUsage, calls: 1 }, cachedTokens: 0 };
}

/** Books what was paid for, whatever it is. */
function answerOf(completion: Completion, call: Call, place: Place, sent: unknown): ChatAnswer {
  if (completion.kind === 'broken') {
    throw new BrokenAnswer(completion.why, completion.status, completion.code);
  }
  const { usage } = completion;
  if (completion.kind === 'refused') throw refused(completion.why, sent, usage);
  call.end(usage, completion.cachedTokens);
  place.end({ kind: 'answered', completionTokens: usage.completionTokens });
  return { text: completion.text, cut: completion.cut, usage };
}

function refused(why: string, cause: unknown, usage: Usage = noUsage): PipelineError {
  const message = shorten(`the teacher refused to answer: ${why}`, 400);
  return new PipelineError('TEACHER_REFUSED', message, { cause, usage });
}

function unavailable({ retriesMax }: TeacherSettings, failed: FailedCall): PipelineError {
  const { why, cause, baseUrl } = failed;
  return new PipelineError(
    'TEACHER_UNAVAILABLE',
    `the teacher at ${baseUrl} failed ${retriesMax + 1} times, last: ${why}`,
    { subject: baseUrl, cause },
  );
}

function onlyRefuses(error: PipelineError, refusals: number): PipelineError {
  return new PipelineError(
    'TEACHER_DOWN',
    `the teacher has refused ${refusals} requests and answered none, last: ${error.message}; mend the cause and run again with --set runtime.memo=refresh, because refusals are remembered`,
    { subject: 'teacher.baseUrl', cause: error },
  );
}
