/** What counts as a copy of the code; the limits are stricter than those of the search's guard. */
import { expect, test } from 'vitest';
import { searchKnobs } from '../../../../../services/stages/search/config.ts';
import {
  copiesCode,
  copiesMuch,
  indexRuns,
  overlapLimits,
} from '../../../../../services/teacher/grounded/say/overlap.ts';

test('detects long runs and many short ones, but not names within other sentences', () => {
  const code =
    'def add(first, second):\n    total = first + second\n    log.debug("adding", first, second)\n    return total\n';
  const runs = indexRuns(code);
  expect(
    copiesCode(
      'so: def add first second total = first + second log debug adding first second',
      runs,
    ),
  ).toBe(true);
  expect(
    copiesMuch('total = first + second, then log debug adding first second, return total', runs),
  ).toBe(true);
  expect(
    copiesMuch(
      '`add` sums `first` and `second` and logs both before it gives back the `total`.',
      runs,
    ),
  ).toBe(false);
});

test('has limits below the defaults of the search', () => {
  const guard = searchKnobs.parse({});
  expect(overlapLimits.runWordsMax + 1).toBeLessThan(guard.leakWordsMax);
  expect(overlapLimits.shareRunWords).toBe(guard.leakShareWords);
  expect(overlapLimits.shareMax).toBeLessThan(guard.leakShareMax);
});
