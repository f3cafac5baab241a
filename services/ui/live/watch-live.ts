/**
 * Looks at a data set for all pages together, however many ask, and makes rates of the last looks.
 * Without a page that asks there is no look.
 */
import { graph, type StageName } from '../../../schemas/topology.ts';
import type { LiveSource } from './source.ts';
import type { LetterPage, LiveAnswer, LiveView, Look, StageLook, StageRate } from './view.ts';

export interface WatchedLive extends Omit<LiveSource, 'look'> {
  view(): Promise<LiveAnswer>;
}

/** Pages ask every two seconds. */
const lookEveryMs = 1_500;
/** Rates are over the last looks: two minutes of them. */
const looksMax = 60;
/** A rate is the mean over so long: single records must not make it jump. */
const meanMs = 10_000;
/** Reading letters reads whole topics. */
const lettersEveryMs = 3_000;

export function watchLive(source: LiveSource, nowMs: () => number): WatchedLive {
  const looks: Look[] = [];
  const views = createKept<LiveAnswer>(lookEveryMs, nowMs);
  const letters = createKept<LetterPage>(lettersEveryMs, nowMs);
  const { act } = source;
  return {
    ...source,
    view: () =>
      views.get(async () => {
        const { look, why } = await source.look();
        if (look === null) return { live: null, why };
        const last = looks.at(-1);
        if (last === undefined || (look.atMs ?? 0) > (last.atMs ?? 0)) looks.push(look);
        if (looks.length > looksMax) looks.shift();
        return { live: viewOf(look, looks, act !== undefined), why: null };
      }),
    letters: () => letters.get(() => source.letters()),
    ...(act === undefined
      ? {}
      : {
          act: async (what, ids, mended) => {
            const handled = await act(what, ids, mended);
            letters.forget();
            return handled;
          },
        }),
  };
}

function createKept<Value>(keptMs: number, nowMs: () => number) {
  let kept: { readonly value: Promise<Value>; readonly untilMs: number } | null = null;
  const forget = () => {
    kept = null;
  };
  return {
    forget,
    get: (read: () => Promise<Value>): Promise<Value> => {
      if (kept !== null && nowMs() < kept.untilMs) return kept.value;
      const value = read();
      kept = { value, untilMs: nowMs() + keptMs };
      value.catch(forget);
      return value;
    },
  };
}

function viewOf(look: Look, looks: readonly Look[], mayAct: boolean): LiveView {
  const stages = look.stages.map((stage) => {
    const { does, reads, writes } = graph[stage.stage];
    const rates = look.state === 'running' ? rateOf(stage.stage, looks) : noRate;
    return { ...stage, ...rates, does, reads, writes };
  });
  return { ...look, stages, mayAct };
}

const noRate: StageRate = { perSecond: null, busy: null, recent: [] };

/** What a process that began anew has not counted on from is left out. */
export function rateOf(stage: StageName, looks: readonly Look[]): StageRate {
  const points = looks.flatMap(({ atMs, stages }) => {
    const own = stages.find((each) => each.stage === stage);
    return atMs === null || own === undefined ? [] : [{ atMs, own }];
  });
  const steps = points.slice(1).map((to, place) => stepOf(points[place] ?? to, to));
  const lastMs = points.at(-1)?.atMs ?? 0;
  const latest = steps.filter(({ untilMs }) => untilMs > lastMs - meanMs);
  const seconds = latest.reduce((sum, each) => sum + each.seconds, 0);
  if (seconds === 0) return noRate;
  const busy = latest.every(({ busySeconds }) => busySeconds === null)
    ? null
    : latest.reduce((sum, { busySeconds }) => sum + (busySeconds ?? 0), 0) / seconds;
  return {
    perSecond: latest.reduce((sum, { done }) => sum + done, 0) / seconds,
    busy,
    recent: steps.map((each) => each.done / each.seconds),
  };
}

interface Point {
  readonly atMs: number;
  readonly own: StageLook;
}

function stepOf(from: Point, to: Point) {
  const seconds = (to.atMs - from.atMs) / 1000;
  const done = Math.max(0, to.own.done - from.own.done);
  const [before, after] = [from.own.busyMs, to.own.busyMs];
  const grew = before === null || after === null ? null : (after - before) / 1000;
  return { untilMs: to.atMs, seconds, done, busySeconds: grew === null ? null : Math.max(0, grew) };
}
