/** Work in turns gives what it gives at once, lets others in between, and stops when it is told. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runAtOnce, type Steps } from '../../../../../services/stages/extract/turns/steps.ts';
import { runInTurns } from '../../../../../services/stages/extract/turns/turns.ts';

/** Longer in all than any turn, in steps of a few milliseconds. */
function* count(to: number): Steps<number> {
  let sum = 0;
  for (let next = 1; next <= to; next += 1) {
    const start = performance.now();
    while (performance.now() - start < 5);
    sum += next;
    yield;
  }
  return sum;
}

const never = new AbortController().signal;

describe('steps', () => {
  it('give the same at once and in turns', async () => {
    expect(runAtOnce(count(3))).toBe(6);
    expect(await runInTurns(count(3), never)).toBe(6);
  });

  it('let others in between', async () => {
    let over = false;
    let turns = 0;
    const others = async () => {
      for (; !over; turns += 1) await setImmediate();
    };
    const waiting = others();
    await runInTurns(count(30), never);
    over = true;
    await waiting;
    expect(turns).toBeGreaterThan(2);
  });

  it('stop at an abort', async () => {
    const stop = new AbortController();
    const running = runInTurns(count(1000), stop.signal);
    stop.abort(new Error('stopping'));
    await expect(running).rejects.toThrow('stopping');
  });
});
