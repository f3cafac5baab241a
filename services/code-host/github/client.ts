/**
 * Requests to the REST API of GitHub: quota before each, bounded retries with full jitter,
 * redirects, conditional questions. A token goes only to the address that its owner named, never
 * after a redirect to another one. What fails for good ends in a coded error.
 */
import { addressProblem } from '../../ports/endpoint.ts';
import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { readBounded } from '../../runtime/read-bounded.ts';
import { again, done, repeat, type Tried } from '../../runtime/retry.ts';
import { triedInVain } from '../failures.ts';
import { type Answer, judge } from './judge.ts';
import { type Lease, openQuotas, type QuotaSettings, type Quotas, type Resource } from './quota.ts';
import { readRateLimits } from './shapes.ts';

export interface ClientSettings extends QuotaSettings {
  /** The address of the API, as https://api.github.com or https://HOST/api/v3. */
  readonly baseUrl: string;
  /** Empty asks as nobody. */
  readonly tokens: readonly string[];
  /** How long the host may be gone before the process stops. */
  readonly patienceMs: number;
  /** First wait after a failure. */
  readonly retryBaseMs: number;
  /** Wait where the host limits a token and does not say how long; it doubles. */
  readonly limitedMs: number;
}

export interface ClientTools {
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of each wait for quota. */
  readonly onWait?: (ms: number) => void;
}

export interface Question {
  readonly resource: Resource;
  /** Below the base address, with its query. */
  readonly path: string;
  /** Asks whether the answer of this tag still holds: 304 costs no quota. */
  readonly etag?: string | null;
  /** Whom a failure concerns. */
  readonly subject: string;
}

/** An answer, or the address outside of the API that has what was asked for. */
export type Asked = Answer & { readonly elsewhere: URL | null };

export interface Client {
  /** SOURCE_FAILED where only this fails, HOST_UNAVAILABLE or HOST_REFUSED where all do. */
  ask(question: Question, signal: AbortSignal): Promise<Asked>;
  /** A task that may fail in passing, tried as often as a question is. */
  persist<Result>(subject: string, signal: AbortSignal, task: Task<Result>): Promise<Result>;
}

export type Task<Result> = () => Promise<Tried<Result, string>>;

/** Tries before a failure counts as this question's own: about a minute. */
const triesMax = 7;
const waitMsMax = 60_000;
/** An answer that takes longer is no answer; GitHub itself gives up after ten seconds. */
const answerMsMax = 60_000;
const answerBytesMax = 32 * 1024 * 1024;
const redirectsMax = 5;
/** A token that is limited so often in a row is not limited by accident. */
const limitsMax = 10;

export function openClient(settings: ClientSettings, tools: ClientTools): Client {
  const problem = addressProblem(settings.baseUrl);
  if (problem !== null) {
    throw new PipelineError('CONFIG_INVALID', `discover.githubUrl ${problem}`, {
      subject: 'discover.githubUrl',
    });
  }
  const tokens = settings.tokens.map((secret, index) => ({ secret, label: `token ${index + 1}` }));
  const nobody = [{ secret: null, label: 'requests without a token' }];
  const known = tokens.length === 0 ? nobody : tokens;
  const quotas = openQuotas(known, settings, tools.clock, tools.onWait);
  const base = new URL(settings.baseUrl.replace(/\/*$/, '/'));
  const parts: Parts = { settings, tools, quotas, base };
  const learn = openOnce((signal) => learnQuotas(parts, signal));
  return {
    ask: async (question, signal) => {
      await learn(signal);
      return persist(parts, question.subject, signal, openTries(parts, question, signal));
    },
    persist: (subject, signal, task) => persist(parts, subject, signal, task),
  };
}

interface Parts {
  readonly settings: ClientSettings;
  readonly tools: ClientTools;
  readonly quotas: Quotas;
  readonly base: URL;
}

/** Does the work once, for all who ask meanwhile; a failure is tried again by the next. */
function openOnce(work: (signal: AbortSignal) => Promise<void>) {
  let doing: Promise<void> | null = null;
  return (signal: AbortSignal): Promise<void> => {
    doing ??= work(signal).catch((error: unknown) => {
      doing = null;
      throw error;
    });
    return doing;
  };
}

/** The question for the quotas costs none, and shows which tokens are valid. */
async function learnQuotas(parts: Parts, signal: AbortSignal): Promise<void> {
  const { quotas, base } = parts;
  for (const token of quotas.tokens) {
    await persist(parts, 'rate_limit', signal, async () => {
      const answer = await send(new URL('rate_limit', base), token.secret, null, signal);
      if (typeof answer === 'string') return again(answer);
      if (answer.status >= 500) return again(`${answer.status}`);
      // A host without limits answers 404; a token that it does not know shows at the first use.
      if (answer.status === 200) quotas.learn(token, readRateLimits(answer));
      return done(undefined);
    });
  }
}

/** Repeats a task until it is done; if the host is gone, for as long as the patience lasts. */
async function persist<Result>(
  { settings, tools, base }: Parts,
  subject: string,
  signal: AbortSignal,
  task: Task<Result>,
): Promise<Result> {
  const { clock, random } = tools;
  const backoff = { clock, random, baseMs: settings.retryBaseMs, waitMsMax };
  const startMs = clock.nowMs();
  for (;;) {
    const last = await repeat({ ...backoff, retriesMax: triesMax - 1, signal }, task);
    if (last.kind === 'done') return last.result;
    signal.throwIfAborted();
    const probe = await send(new URL('rate_limit', base), null, null, signal);
    signal.throwIfAborted();
    const isAlive = typeof probe !== 'string' && probe.status < 500;
    if (isAlive && subject !== 'rate_limit') throw triedInVain(subject, triesMax, last.failure);
    if (clock.nowMs() - startMs >= settings.patienceMs) throw gone(base, last.failure);
  }
}

/** Each call is one try, with all its redirects. */
function openTries(parts: Parts, question: Question, signal: AbortSignal): Task<Asked> {
  let limits = 0;
  const tryOnce = async (): Promise<Tried<Asked, string>> => {
    let url = new URL(question.path, parts.base);
    for (let hops = 0; hops <= redirectsMax; hops += 1) {
      const lease = await parts.quotas.take(question.resource, signal);
      const answer = await send(url, lease.token.secret, question.etag ?? null, signal);
      lease.end(typeof answer === 'string' ? null : answer.headers);
      if (typeof answer === 'string') return again(answer);
      const verdict = judge(answer, url);
      if (verdict.kind === 'answer') return done({ ...answer, elsewhere: null });
      if (verdict.kind === 'again') return again(verdict.why, verdict.afterMs);
      if (verdict.kind === 'moved') {
        if (verdict.to.origin !== parts.base.origin) {
          return done({ ...answer, elsewhere: verdict.to });
        }
        url = verdict.to;
        continue;
      }
      limits += 1;
      if (verdict.kind === 'token') lease.refuse();
      else obey(parts, lease, verdict.waitMs, limits);
      if (limits > limitsMax) throw gone(parts.base, verdict.why);
      // The wait for quota is no failure of this question.
      return tryOnce();
    }
    return again('too many redirects');
  };
  return tryOnce;
}

function obey({ settings }: Parts, lease: Lease, waitMs: number | null, limits: number): void {
  // By GitHub's advice: at least a minute, and longer each time.
  const unsaid = settings.limitedMs * 2 ** Math.min(limits - 1, 5);
  lease.block(Math.max(waitMs ?? unsaid, 1));
}

/** Sends one request; returns why there is no answer as text. */
async function send(
  url: URL,
  token: string | null,
  etag: string | null,
  signal: AbortSignal,
): Promise<Answer | string> {
  const headers: Record<string, string> = {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'backstory',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(etag === null ? {} : { 'if-none-match': etag }),
  };
  const timed = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]);
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: timed });
    const body = await readBounded(response, answerBytesMax);
    if (body === null) return `more than ${answerBytesMax} bytes`;
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    signal.throwIfAborted();
    return describeFailure(error);
  }
}

/** What the network says, without addresses of this machine. */
export function describeFailure(error: unknown): string {
  const cause = (error as { cause?: { code?: string } }).cause;
  return cause?.code ?? (error instanceof Error ? error.message : String(error));
}

function gone(base: URL, why: string): PipelineError {
  return new PipelineError(
    'HOST_UNAVAILABLE',
    `${base.origin} does not serve, last: ${why}; run the same command again when it does, what is fetched is kept`,
    { subject: base.origin },
  );
}
