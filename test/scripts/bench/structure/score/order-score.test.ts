/** Scores of small orders, compared with values computed by hand. */
import { describe, expect, test } from 'vitest';
import { scoreOrder } from '../../../../../scripts/bench/structure/score/order-score.ts';

const edge = (from: string, to: string) => ({ from, to });

describe('score of an order', () => {
  test('counts edges outside of cycles, inside cycles and from tests apart', () => {
    const edges = [edge('b.ts', 'a.ts'), edge('b.ts', 'c.ts'), edge('c.ts', 'b.ts')];
    const tests = [edge('a.test.ts', 'a.ts'), edge('a.test.ts', 'c.ts')];
    const order = ['a.ts', 'b.ts', 'a.test.ts', 'c.ts'];
    expect(scoreOrder(order, [...edges, ...tests])).toEqual({
      outsideCycles: { kept: 2, all: 3 },
      insideCycles: { kept: 1, all: 2 },
      tests: { kept: 1, all: 2 },
      broken: [edge('a.test.ts', 'c.ts')],
    });
  });

  test('counts the edges of a path that is missing from the order as broken', () => {
    const { outsideCycles, broken } = scoreOrder(['a.ts'], [edge('a.ts', 'b.ts')]);
    expect([outsideCycles, broken]).toEqual([{ kept: 0, all: 1 }, [edge('a.ts', 'b.ts')]]);
  });
});
