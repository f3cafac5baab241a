/** Steps of which checks refused answers, counted by check, given up or not. */
import { expect, test } from 'vitest';
import { createRefusals } from '../../../services/quality/refusals.ts';

test('counts steps and answers by check, and the steps that were given up', () => {
  const measure = createRefusals();
  measure.add({
    refused: [
      { path: null, checks: { names: 1 } },
      { path: 'a', checks: { tense: 2, copies: 1 } },
      { path: 'b', checks: { tense: 3 } },
    ],
    lacks: [
      { what: 'thought', path: 'b', reason: 'TEACHER_UNGROUNDED: the thought about b fails tense' },
      { what: 'thought', path: 'a', reason: 'TEACHER_REFUSED: no' },
    ],
  });
  measure.add({ refused: [{ path: 'a', checks: { '<b>': 1 } }], lacks: [] });
  expect(measure.report()).toEqual([
    { check: 'tense', steps: 2, answers: 5, givenUp: 1 },
    { check: 'copies', steps: 1, answers: 1, givenUp: 0 },
    { check: 'names', steps: 1, answers: 1, givenUp: 0 },
    { check: 'other', steps: 1, answers: 1, givenUp: 0 },
  ]);
});
