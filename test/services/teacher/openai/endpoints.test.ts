/** Several endpoints: shares by weight, limits that adapt, rests, and a stop when none answers. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { manualClock } from '../../../../services/runtime/clock.ts';
import { PipelineError } from '../../../../services/runtime/errors.ts';
import {
  type CallEnd,
  openEndpoints,
} from '../../../../services/teacher/openai/endpoints/endpoints.ts';
import { openCallLimit } from '../../../../services/teacher/openai/endpoints/limit.ts';
import { teacherSettings } from '../../../../services/teacher/settings.ts';

const never = new AbortController().signal;

function open(weights: readonly number[], knobs: Record<string, unknown> = {}) {
  const clock = manualClock();
  const places = weights.map((weight, index) => ({
    ...{ baseUrl: `http://e${index}`, model: 'm', weight },
    client: new OpenAI({ apiKey: 'k', baseURL: 'http://localhost' }),
  }));
  return { clock, endpoints: openEndpoints(places, teacherSettings.parse(knobs), clock, () => 0) };
}

const answered: CallEnd = { kind: 'answered', completionTokens: 10 };
const failed = (waitMs: number | null = null): CallEnd => ({
  ...{ kind: 'failed', waitMs, busy: waitMs !== null, why: 'no' },
});

async function shares(endpoints: ReturnType<typeof open>['endpoints'], calls: number) {
  const counts: Record<string, number> = {};
  for (let call = 0; call < calls; call += 1) {
    const place = await endpoints.take(never);
    counts[place.endpoint.baseUrl] = (counts[place.endpoint.baseUrl] ?? 0) + 1;
    place.end(answered);
  }
  return counts;
}

test('endpoints share the calls by weight', async () => {
  const { endpoints } = open([1, 2, 0.5]);
  expect(await shares(endpoints, 35)).toEqual({ 'http://e0': 10, 'http://e1': 20, 'http://e2': 5 });
});

test('one that asks for a wait rests alone, and comes back without catching up', async () => {
  const { endpoints, clock } = open([1, 1]);
  (await endpoints.take(never)).end(failed(10_000));
  expect(await shares(endpoints, 6)).toEqual({ 'http://e1': 6 });
  clock.advance(10_001);
  expect(await shares(endpoints, 8)).toEqual({ 'http://e0': 4, 'http://e1': 4 });
});

test('one without credit is out, and the last one ends with its reason', async () => {
  const { endpoints } = open([1, 1]);
  const error = new PipelineError('TEACHER_BUDGET', 'no credit');
  (await endpoints.take(never)).end({ kind: 'out', error });
  expect(await shares(endpoints, 3)).toEqual({ 'http://e1': 3 });
  (await endpoints.take(never)).end({ kind: 'out', error });
  await expect(endpoints.take(never)).rejects.toBe(error);
});

test('no more calls at once than the limit, and the next one begins when one ends', async () => {
  const { endpoints } = open([1], { callsAtOnceMax: 2 });
  const first = await endpoints.take(never);
  await endpoints.take(never);
  let third = false;
  const waiting = endpoints.take(never).then(() => {
    third = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(third).toBe(false);
  expect(endpoints.underWay()).toBe(2);
  first.end(answered);
  await waiting;
  expect(endpoints.underWay()).toBe(2);
});

test('an abort ends the wait for a place', async () => {
  const { endpoints } = open([1], { callsAtOnceMax: 1 });
  await endpoints.take(never);
  const abort = new AbortController();
  const waiting = endpoints.take(abort.signal);
  abort.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
});

test('one that only fails rests longer and longer, and gets single calls', async () => {
  const { endpoints, clock } = open([1], { failuresMax: 3 });
  const rests: number[] = [];
  for (let call = 0; call < 6; call += 1) {
    const before = clock.nowMs();
    const place = await endpoints.take(never);
    rests.push(clock.nowMs() - before);
    if (call >= 3) {
      const second = await Promise.race([
        endpoints.take(never),
        new Promise((resolve) => setImmediate(() => resolve('none'))),
      ]);
      expect(second).toBe('none');
    }
    place.end(failed());
    if (call >= 3) break;
  }
  expect(rests).toEqual([0, 0, 0, 1_000]);
});

test('where all only fail for too long, the run stops with a code', async () => {
  const { endpoints, clock } = open([1, 1], { failuresMax: 2, patienceMs: 60_000 });
  const run = async () => {
    for (;;) (await endpoints.take(never)).end(failed());
  };
  await expect(run()).rejects.toMatchObject({ code: 'TEACHER_DOWN', disposition: 'fatal' });
  expect(clock.nowMs()).toBeGreaterThan(60_000);
  expect(clock.nowMs()).toBeLessThan(130_000);
});

test('an answer or a refusal in between shows that it works', async () => {
  const { endpoints, clock } = open([1], { failuresMax: 2, patienceMs: 1_000 });
  for (let call = 0; call < 50; call += 1) {
    (await endpoints.take(never)).end(call % 2 === 0 ? failed() : { kind: 'refused' });
  }
  expect(clock.nowMs()).toBe(0);
});

test('the limit grows with answers, halves once for one overload, and shrinks with slowness', () => {
  const limit = openCallLimit(100);
  for (let call = 0; call < 40; call += 1) limit.begin().answered(100, 10);
  expect(limit.size()).toBe(48);
  // All of these were under way when the server had too much to do.
  const calls = Array.from({ length: 10 }, () => limit.begin());
  for (const call of calls) call.busy();
  expect(limit.size()).toBe(24);
  for (let call = 0; call < 24; call += 1) limit.begin().answered(100, 10);
  expect(limit.size()).toBe(24);
  limit.begin().answered(100, 10);
  expect(limit.size()).toBe(25);
  for (let call = 0; call < 200; call += 1) limit.begin().answered(2_000, 10);
  expect(limit.size()).toBeLessThan(12);
  for (let call = 0; call < 50; call += 1) limit.begin().busy();
  expect(limit.size()).toBe(1);
});
