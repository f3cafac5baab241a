/** Precision and recall of small sets of edges, compared with values computed by hand. */
import { describe, expect, test } from 'vitest';
import type { OracleEdge } from '../../../../../scripts/bench/structure/score/oracle.ts';
import {
  addScores,
  precisionOf,
  recallOf,
  scoreEdges,
} from '../../../../../scripts/bench/structure/score/score.ts';

const judged = new Set(['a', 'b', 'c', 'd']);
const given = (from: string, to: string) => ({ from, to, kind: 'import' });
const known = (from: string, to: string, visible = true, via = 'name'): OracleEdge => ({
  from,
  to,
  via,
  visible,
});

describe('score', () => {
  test('every edge of the oracle is right, and its visible ones are required', () => {
    const edges = [given('a', 'b'), given('a', 'c'), given('a', 'd')];
    const oracle = [known('a', 'b'), known('a', 'c', false), known('b', 'c'), known('c', 'd')];
    const score = scoreEdges(edges, { edges: oracle, judged }, undefined);
    expect(precisionOf(score)).toBeCloseTo(2 / 3);
    expect(recallOf(score)).toBeCloseTo(1 / 3);
    expect(score.invented).toEqual([{ name: 'import', edges: [{ from: 'a', to: 'd' }] }]);
    expect(score.missed[0]?.edges).toHaveLength(2);
  });

  test('ignores files that the tool has not read, loops and neutral edges', () => {
    const edges = [given('a', 'x'), given('x', 'a'), given('a', 'a'), given('a', 'd')];
    const neutral = { reason: 'd is implicit', test: ({ to }: { to: string }) => to === 'd' };
    const oracle = [known('b', 'd'), known('x', 'b')];
    const score = scoreEdges(edges, { edges: oracle, judged }, neutral);
    expect([score.given, score.required]).toEqual([0, 0]);
    expect([precisionOf(score), recallOf(score)]).toEqual([1, 1]);
  });

  test('requires an edge once if one of its occurrences is visible', () => {
    const oracle = [known('a', 'b', false, 'method'), known('a', 'b'), known('a', 'b')];
    const score = scoreEdges([], { edges: oracle, judged }, undefined);
    expect(score.missed).toEqual([{ name: 'name', edges: [{ from: 'a', to: 'b' }] }]);
  });

  test('a language is the sum of its repositories', () => {
    const one = scoreEdges([given('a', 'b')], { edges: [known('a', 'b')], judged }, undefined);
    const two = scoreEdges([given('a', 'c')], { edges: [known('a', 'b')], judged }, undefined);
    const sum = addScores([one, two]);
    expect([precisionOf(sum), recallOf(sum)]).toEqual([0.5, 0.5]);
    expect(sum.missed).toEqual(two.missed);
  });
});
