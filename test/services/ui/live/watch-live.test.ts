/** Rates of a data set at work: from the last looks, shared by all pages that ask. */
import { expect, test } from 'vitest';
import type { LiveSource } from '../../../../services/ui/live/source.ts';
import type { Look, StageLook } from '../../../../services/ui/live/view.ts';
import { rateOf, watchLive } from '../../../../services/ui/live/watch-live.ts';

const stageAt = (done: number, busyMs: number): StageLook => ({
  ...{ stage: 'admit', waiting: 3, done, inFlight: 1, paused: false, ended: {}, busyMs },
});

const lookAt = (atMs: number, done: number, busyMs = 0): Look => ({
  ...{ from: 'run', state: 'running', atMs, stages: [stageAt(done, busyMs)], topics: [] },
  ...{ endpoints: [], spending: null, silent: [], answering: 1 },
});

test('a rate is the mean of the last ten seconds, and the steps before it are kept', () => {
  const looks = [
    lookAt(0, 0),
    lookAt(20_000, 400),
    lookAt(25_000, 410),
    lookAt(30_000, 420, 7_500),
  ];
  expect(rateOf('admit', looks)).toEqual({ perSecond: 2, busy: 0.75, recent: [20, 2, 2] });
});

test('one look has no rate, and a process that began anew none below zero', () => {
  expect(rateOf('admit', [lookAt(0, 5)])).toEqual({ perSecond: null, busy: null, recent: [] });
  const again = rateOf('admit', [lookAt(0, 500, 9_000), lookAt(1_000, 0, 0)]);
  expect(again).toMatchObject({ perSecond: 0, busy: 0 });
});

/** A source whose looks are counted. */
function counted(look: () => Look) {
  let looks = 0;
  const source: LiveSource = {
    look: async () => {
      looks += 1;
      return { look: look(), why: null };
    },
    letters: async () => ({ letters: [], count: 0, waiting: 0, why: null }),
    letter: async () => {
      throw new Error('there is none');
    },
    close: async () => {},
  };
  return { source, looks: () => looks };
}

test('a hundred pages that ask at once cost one look', async () => {
  let nowMs = 0;
  const { source, looks } = counted(() => lookAt(nowMs, nowMs / 100));
  const watched = watchLive(source, () => nowMs);
  await Promise.all(Array.from({ length: 100 }, () => watched.view()));
  expect(looks()).toBe(1);
  nowMs = 2_000;
  const [{ live }] = [await watched.view(), await watched.view()];
  expect(looks()).toBe(2);
  expect(live?.stages[0]).toMatchObject({ perSecond: 10, does: expect.any(String) });
});

test('what has ended has no rate, and a look that failed is repeated', async () => {
  let nowMs = 0;
  const { source } = counted(() => ({ ...lookAt(nowMs, nowMs), state: 'ended' }));
  const watched = watchLive(source, () => nowMs);
  await watched.view();
  nowMs = 5_000;
  expect((await watched.view()).live?.stages[0]).toMatchObject({ perSecond: null });
  let isDown = true;
  const failing = watchLive(
    { ...source, look: () => (isDown ? Promise.reject(new Error('no broker')) : source.look()) },
    () => 0,
  );
  await expect(failing.view()).rejects.toThrow('no broker');
  isDown = false;
  expect((await failing.view()).live?.state).toBe('ended');
});
