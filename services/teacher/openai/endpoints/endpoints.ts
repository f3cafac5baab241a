/**
 * Which endpoint takes the next call, and when. Each has its own limit of calls at once, rests as
 * long as it asks for, and rests longer and longer while it only fails; then a single call tries
 * it. Where none takes calls for too long the run stops with TEACHER_DOWN, and nothing is lost.
 */
import type OpenAI from 'openai';
import { endpointName } from '../../../ports/endpoint.ts';
import type { EndpointLoad } from '../../../ports/load.ts';
import { type Clock, timeOfDayMs } from '../../../runtime/clock.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { jitterMs } from '../../../runtime/retry.ts';
import type { TeacherSettings } from '../../settings.ts';
import { type Dialect, firstDialect } from '../dialect.ts';
import { type CallInLimit, type CallLimit, openCallLimit } from './limit.ts';

export interface EndpointPlace {
  readonly baseUrl: string;
  readonly model: string;
  readonly weight: number;
  readonly client: OpenAI;
}

/** An endpoint and what is known of it by now. */
export interface Endpoint extends EndpointPlace {
  dialect: Dialect;
  /** It has answered, so that its address and the key are good. */
  answered: boolean;
  /** It has listed its models; most ask for the key first. */
  listed: boolean;
  /** The models that it lists, nearest names first; empty where it lists none. */
  models: readonly string[];
}

/** How a call ended, for the choice of the next. */
export type CallEnd =
  | { readonly kind: 'answered'; readonly completionTokens: number }
  /** Asked for a wait, or failed; `busy`: it has too much to do. */
  | {
      readonly kind: 'failed';
      readonly waitMs: number | null;
      readonly busy: boolean;
      readonly why: string;
    }
  /** It works, but not for this request. */
  | { readonly kind: 'refused' }
  /** It takes no more calls at all, as without credit. */
  | { readonly kind: 'out'; readonly error: PipelineError }
  /** Nobody can tell: the call was given up here. */
  | { readonly kind: 'unknown' };

export interface Place {
  readonly endpoint: Endpoint;
  end(end: CallEnd): void;
}

export interface Endpoints {
  readonly all: readonly Endpoint[];
  /** Waits for an endpoint that takes a call. TEACHER_DOWN, or what the last one went out with. */
  take(signal: AbortSignal): Promise<Place>;
  /** Calls under way, over all endpoints. */
  readonly underWay: () => number;
  readonly loads: () => EndpointLoad[];
}

interface State {
  readonly endpoint: Endpoint;
  readonly limit: CallLimit;
  underWay: number;
  /** For the choice by weight: the smooth round robin of nginx. */
  turn: number;
  failures: number;
  why: string;
  restsUntilMs: number;
  out: PipelineError | null;
}

/** The first rest of an endpoint that only fails; it doubles up to the longest. */
const rests = { baseMs: 2_000, waitMsMax: 60_000 };

export function openEndpoints(
  places: readonly EndpointPlace[],
  knobs: TeacherSettings,
  clock: Clock,
  random: () => number,
): Endpoints {
  const states = places.map((place): State => {
    const known = { dialect: firstDialect(knobs), answered: false, listed: false, models: [] };
    const limit = openCallLimit(knobs.callsAtOnceMax);
    const fresh = { underWay: 0, turn: 0, failures: 0, why: '', restsUntilMs: 0, out: null };
    return { endpoint: { ...place, ...known }, limit, ...fresh };
  });
  /** When the last call failed that followed an answer; null while answers come. */
  let downSinceMs: number | null = null;
  let change = Promise.withResolvers<void>();

  const settle = (state: State, call: CallInLimit, begunMs: number, end: CallEnd) => {
    const nowMs = clock.nowMs();
    state.underWay -= 1;
    if (end.kind === 'answered') {
      call.answered(nowMs - begunMs, end.completionTokens);
      state.endpoint.answered = true;
    }
    if (end.kind === 'answered' || end.kind === 'refused') {
      state.failures = 0;
      downSinceMs = null;
    }
    if (end.kind === 'failed') {
      if (end.busy) call.busy();
      state.failures += 1;
      state.why = end.why;
      downSinceMs ??= begunMs;
      const over = state.failures - knobs.failuresMax;
      const restMs = over < 0 ? 0 : rests.baseMs / 2 + jitterMs({ ...rests, random }, over + 1);
      const untilMs = nowMs + Math.max(restMs, end.waitMs ?? 0);
      state.restsUntilMs = Math.max(state.restsUntilMs, untilMs);
    }
    if (end.kind === 'out') state.out = end.error;
    change.resolve();
    change = Promise.withResolvers<void>();
  };

  const begin = (state: State): Place => {
    state.underWay += 1;
    const call = state.limit.begin();
    const begunMs = clock.nowMs();
    let ended = false;
    return {
      endpoint: state.endpoint,
      end: (end) => {
        if (ended) return;
        ended = true;
        settle(state, call, begunMs, end);
      },
    };
  };

  const take = async (signal: AbortSignal): Promise<Place> => {
    for (;;) {
      signal.throwIfAborted();
      const nowMs = clock.nowMs();
      const live = states.filter(({ out }) => out === null);
      const [first] = states;
      if (live.length === 0) throw first?.out ?? new Error('no endpoint');
      const awake = live.filter(({ restsUntilMs }) => restsUntilMs <= nowMs);
      const ready = awake.filter((state) => hasRoom(state, knobs.failuresMax));
      if (ready.length > 0) return begin(chooseByWeight(ready));
      // One that is awake and full has room when one of its calls ends.
      const restMs = Math.min(...live.map(({ restsUntilMs }) => restsUntilMs)) - nowMs;
      if (awake.length === 0) requirePatience(live, restMs, nowMs);
      await waitFor(change.promise, awake.length === 0 ? restMs : null, clock, signal);
    }
  };

  const requirePatience = (live: readonly State[], restMs: number, nowMs: number) => {
    const downMs = downSinceMs === null ? 0 : nowMs - downSinceMs;
    const failing = live.every(({ failures }) => failures >= knobs.failuresMax);
    if (restMs > knobs.serverWaitMsMax) throw down(live, `come back after ${timeAfter(restMs)}`);
    if (failing && downMs > knobs.patienceMs) {
      throw down(live, `nothing but failures for ${Math.round(downMs / 1000)} s`);
    }
  };

  return {
    all: states.map(({ endpoint }) => endpoint),
    take,
    underWay: () => states.reduce((sum, { underWay }) => sum + underWay, 0),
    loads: () => states.map((state) => loadOf(state, clock.nowMs())),
  };
}

function loadOf({ endpoint, underWay, limit, restsUntilMs, out }: State, nowMs: number) {
  const { baseUrl, model } = endpoint;
  const name = endpointName(baseUrl, model);
  const resting = out !== null || restsUntilMs > nowMs;
  return { name, underWay, atOnceMax: limit.size(), resting };
}

/** After many failures a single call tries whether it works again. */
function hasRoom({ underWay, limit, failures }: State, failuresMax: number): boolean {
  return underWay < (failures >= failuresMax ? 1 : limit.size());
}

function chooseByWeight(ready: readonly State[]): State {
  const total = ready.reduce((sum, { endpoint }) => sum + endpoint.weight, 0);
  for (const state of ready) state.turn += state.endpoint.weight;
  const chosen = ready.reduce((most, each) => (each.turn > most.turn ? each : most));
  chosen.turn -= total;
  return chosen;
}

/** Until something changes, or for a time. */
async function waitFor(
  change: Promise<void>,
  ms: number | null,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const aborted = new Promise<void>((resolve) =>
    either.addEventListener('abort', () => resolve(), { once: true }),
  );
  const slept = ms === null ? [] : [clock.sleep(ms, either).catch(() => {})];
  await Promise.race([change, aborted, ...slept]);
  done.abort();
}

/** Servers ask for any number of seconds, and a date has an end. */
const latestMs = Date.UTC(9999, 11, 31);

function timeAfter(ms: number): string {
  const atMs = Math.min(latestMs, timeOfDayMs() + ms);
  return `${new Date(atMs).toISOString().slice(0, 16)}Z`;
}

function down(live: readonly State[], what: string): PipelineError {
  const last = live.map(({ endpoint, why }) => `${endpoint.baseUrl}: ${why}`).join('; ');
  return new PipelineError(
    'TEACHER_DOWN',
    `the teacher takes no calls: ${what}; run the same command again then, finished work is kept (last answer of ${last})`,
    { subject: 'teacher.baseUrl' },
  );
}
