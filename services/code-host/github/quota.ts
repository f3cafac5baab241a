/**
 * The quotas of several tokens, as the host's headers tell them. A request is sent only with a
 * token that has quota left, so that the host never has to refuse one: whoever goes on while
 * limited may be banned. Times are of the injected clock; those of the host are compared with its
 * own `Date`.
 */
import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';

/** The host counts searches apart from all else. */
export type Resource = 'core' | 'search';

export interface QuotaSettings {
  /** Requests that one token may send in a minute. */
  readonly perMinuteMax: number;
  /** The longest wait for quota; above it the process stops. */
  readonly waitMsMax: number;
}

export interface Token {
  /** Null asks as nobody, with the small quota of the address. */
  readonly secret: string | null;
  /** How messages call it. */
  readonly label: string;
}

/** Leave to send one request. */
export interface Lease {
  readonly token: Token;
  /** Gives the leave back; null where no answer came. */
  end(headers: Headers | null): void;
  /** The host takes no request of this token for so long. */
  block(ms: number): void;
  /** The host does not know the token. */
  refuse(): void;
}

export interface Quotas {
  /** Waits until a token has quota. HOST_REFUSED if no token is left. */
  take(resource: Resource, signal: AbortSignal): Promise<Lease>;
  /** Learns what a token has left before its first request. */
  learn(token: Token, known: ReadonlyMap<Resource, QuotaState>): void;
  readonly tokens: readonly Token[];
}

export interface QuotaState {
  readonly remaining: number;
  readonly limit: number;
  /** Milliseconds from now until the quota is whole again. */
  readonly resetsInMs: number;
}

interface Held {
  remaining: number;
  limit: number;
  resetsAtMs: number;
  /** Requests under way; the host may not have counted them yet. */
  underWay: number;
}

interface Account {
  readonly token: Token;
  readonly held: Map<Resource, Held>;
  /** When the requests of the last minute were sent. */
  readonly sentMs: number[];
  blockedUntilMs: number;
  refused: boolean;
}

const minuteMs = 60_000;

export function openQuotas(
  tokens: readonly Token[],
  settings: QuotaSettings,
  clock: Clock,
  onWait: (ms: number) => void = () => {},
): Quotas {
  const accounts = tokens.map(
    (token): Account => ({
      token,
      held: new Map(),
      sentMs: [],
      blockedUntilMs: 0,
      refused: false,
    }),
  );
  return {
    tokens,
    learn: (token, known) => {
      const account = accounts.find((each) => each.token === token);
      for (const [resource, state] of known) {
        if (account !== undefined) keep(account, resource, state, clock.nowMs());
      }
    },
    take: async (resource, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const usable = accounts.filter(({ refused }) => !refused);
        if (usable.length === 0) throw allRefused(tokens);
        const waits = usable.map((account) => ({
          account,
          waitMs: waitOf(account, resource, settings, clock.nowMs()),
        }));
        const free = waits.filter(({ waitMs }) => waitMs <= 0).map(({ account }) => account);
        const best = free.sort((a, b) => roomOf(b, resource) - roomOf(a, resource))[0];
        if (best !== undefined) return lease(best, resource, clock);
        const waitMs = Math.min(...waits.map((each) => each.waitMs));
        if (waitMs > settings.waitMsMax) throw spent(waitMs, settings);
        onWait(waitMs);
        await clock.sleep(waitMs, signal);
      }
    },
  };
}

function lease(account: Account, resource: Resource, clock: Clock): Lease {
  const held = heldOf(account, resource);
  held.underWay += 1;
  account.sentMs.push(clock.nowMs());
  let ended = false;
  return {
    token: account.token,
    end: (headers) => {
      if (ended) return;
      ended = true;
      held.underWay -= 1;
      const state = headers === null ? null : readQuota(headers);
      // Without an answer nobody knows whether the host has counted the request.
      if (state === null) held.remaining -= 1;
      else keep(account, state.resource ?? resource, state, clock.nowMs());
    },
    block: (ms) => {
      account.blockedUntilMs = Math.max(account.blockedUntilMs, clock.nowMs() + ms);
    },
    refuse: () => {
      account.refused = true;
    },
  };
}

/** Without headers, as of a server of one's own, a quota counts as endless. */
function heldOf(account: Account, resource: Resource): Held {
  const held = account.held.get(resource) ?? {
    remaining: Number.POSITIVE_INFINITY,
    limit: Number.POSITIVE_INFINITY,
    resetsAtMs: 0,
    underWay: 0,
  };
  account.held.set(resource, held);
  return held;
}

/** Answers overtake each other: within one window the smallest number counts. */
function keep(account: Account, resource: Resource, state: QuotaState, nowMs: number): void {
  const held = heldOf(account, resource);
  const resetsAtMs = nowMs + state.resetsInMs;
  const isSameWindow = Math.abs(resetsAtMs - held.resetsAtMs) < sameWindowMs;
  held.remaining = isSameWindow ? Math.min(held.remaining, state.remaining) : state.remaining;
  held.limit = state.limit;
  held.resetsAtMs = isSameWindow ? Math.max(held.resetsAtMs, resetsAtMs) : resetsAtMs;
}

/** The host tells seconds, and answers take time. */
const sameWindowMs = 1_500;

function waitOf(
  account: Account,
  resource: Resource,
  { perMinuteMax }: QuotaSettings,
  nowMs: number,
): number {
  const { sentMs, blockedUntilMs } = account;
  while ((sentMs[0] ?? nowMs) <= nowMs - minuteMs) sentMs.shift();
  const [first = nowMs] = sentMs;
  const held = heldOf(account, resource);
  if (held.remaining - held.underWay <= 0 && nowMs >= held.resetsAtMs && held.resetsAtMs > 0) {
    held.remaining = held.limit;
  }
  return Math.max(
    blockedUntilMs - nowMs,
    sentMs.length >= perMinuteMax ? first + minuteMs - nowMs : 0,
    held.remaining - held.underWay <= 0 ? Math.max(held.resetsAtMs - nowMs, 1) : 0,
  );
}

function roomOf(account: Account, resource: Resource): number {
  const { remaining, underWay } = heldOf(account, resource);
  // Endless quotas are compared by what is under way.
  return Math.min(remaining, Number.MAX_SAFE_INTEGER) - underWay;
}

interface ReadQuota extends QuotaState {
  readonly resource: Resource | null;
}

/** What the headers of an answer say; null if they say nothing. */
export function readQuota(headers: Headers): ReadQuota | null {
  const number = (name: string) => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN);
  const [remaining, limit, reset] = [number('remaining'), number('limit'), number('reset')];
  if (![remaining, limit, reset].every(Number.isFinite)) return null;
  const named = headers.get('x-ratelimit-resource');
  const resource = named === 'core' || named === 'search' ? named : null;
  return { remaining, limit, resetsInMs: untilMs(reset, headers), resource };
}

/** Milliseconds until a second of the host, by the host's own clock. */
export function untilMs(second: number, headers: Headers): number {
  const dateMs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(dateMs) ? minuteMs : Math.max(0, second * 1000 - dateMs);
}

function allRefused(tokens: readonly Token[]): PipelineError {
  const labels = tokens.map(({ label }) => label).join(', ');
  return new PipelineError(
    'HOST_REFUSED',
    `the code host does not accept ${labels}; set BACKSTORY_GITHUB_TOKEN to one that is valid`,
    { subject: 'BACKSTORY_GITHUB_TOKEN' },
  );
}

function spent(waitMs: number, { waitMsMax }: QuotaSettings): PipelineError {
  const minutes = Math.ceil(waitMs / minuteMs);
  return new PipelineError(
    'HOST_UNAVAILABLE',
    `no token has quota left for ${minutes} minutes, longer than discover.hostWaitMsMax (${waitMsMax}); run the same command again later, or give more tokens in BACKSTORY_GITHUB_TOKEN`,
    { subject: 'BACKSTORY_GITHUB_TOKEN' },
  );
}
