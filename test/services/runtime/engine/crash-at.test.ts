/** CRASH_AT: kills the process at the named point, on the given visit, and only there. */
import { describe, expect, it } from 'vitest';
import { crashPointOf } from '../../../../services/runtime/engine/crash-at.ts';

describe('crash point of the environment', () => {
  it('is none by default', () => {
    expect(crashPointOf({})).toBeNull();
    expect(crashPointOf({ CRASH_AT: '' })).toBeNull();
  });

  it.each([
    ['admit:after-produce', 1],
    ['admit:after-produce#3', 3],
  ])('%s dies at visit %i, once', (given, visit) => {
    let visits = 0;
    const deaths: number[] = [];
    const crashPoint = crashPointOf({ CRASH_AT: given }, () => deaths.push(visits));
    for (let round = 0; round < 5; round += 1) {
      crashPoint?.('admit:after-handle');
      visits += 1;
      crashPoint?.('admit:after-produce');
    }
    expect(deaths).toEqual([visit]);
  });

  it.each(['admit', 'admit:after-produce#0', 'Admit:x', 'a:b#'])('refuses %s', (given) => {
    expect(() => crashPointOf({ CRASH_AT: given })).toThrow(/must look like/);
  });
});
