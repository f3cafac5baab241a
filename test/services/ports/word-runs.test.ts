/** Runs that are cut from one text are those that would be joined word by word. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinedRuns } from '../../../services/ports/word-runs.ts';

test('every run is its words with a space between', () => {
  const words = fc.array(fc.string({ minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 6 }), (some, length) => {
      const starts = Array.from(
        { length: Math.max(0, some.length - length + 1) },
        (_unused, start) => start,
      );
      const expected = starts.map((start) => some.slice(start, start + length).join(' '));
      expect(joinedRuns(some, length)).toEqual(expected);
    }),
  );
});
