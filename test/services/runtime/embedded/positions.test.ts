/** Positions that ended: what is kept must follow the gaps, not the length of the run. */
import { describe, expect, it } from 'vitest';
import { Positions } from '../../../../services/runtime/embedded/positions.ts';

describe('positions of the input', () => {
  it('are a set, in whatever order they come', () => {
    const positions = new Positions();
    for (const position of [3, 0, 3, 1, 5]) positions.add(position);
    expect(positions.size).toBe(4);
    expect([0, 1, 2, 3, 4, 5, 6].map((each) => positions.has(each))).toEqual([
      ...[true, true, false, true, false, true, false],
    ]);
    expect(positions.has(-1)).toBe(false);
    positions.add(2);
    expect(positions.size).toBe(5);
    expect(positions.has(3)).toBe(true);
  });
});
