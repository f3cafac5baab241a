/** Shares of a repository's limit, and which thoughts tell nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  leaveOut,
  rewritesOfFile,
  tellsNothing,
} from '../../../../services/stages/search/limits.ts';

test('the files of a repository share its limit, and none depends on another', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 500 }), (of, all) => {
      const shares = Array.from({ length: of }, (_unused, ordinal) =>
        rewritesOfFile({ ordinal, of }, { rewritesPerRepositoryMax: all }),
      );
      expect(shares.reduce((sum, each) => sum + each, 0)).toBe(all);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  ));

test('without a limit every file has room', () => {
  const share = rewritesOfFile({ ordinal: 3, of: 9 }, { rewritesPerRepositoryMax: 0 });
  expect(share).toBeGreaterThan(1e9);
});

const margins = { gainBitsMin: 8, gainShareMin: 0.01 };
test.each([
  [{ bitsNone: 1000, bitsAfter: 991, targetBytes: 9 }, true],
  [{ bitsNone: 1000, bitsAfter: 990, targetBytes: 9 }, false],
  [{ bitsNone: 1000, bitsAfter: 1200, targetBytes: 9 }, true],
  [{ bitsNone: 100, bitsAfter: 92, targetBytes: 9 }, false],
  // Nothing was measured: an empty file, or a record from before it was.
  [{ bitsNone: 0, bitsAfter: 0, targetBytes: 0 }, false],
  [{ bitsNone: null, bitsAfter: 50, targetBytes: 9 }, false],
])('%j tells nothing: %s', (bits, expected) => {
  expect(tellsNothing(bits, margins)).toBe(expected);
});

test('a file without its thoughts is one write, with a reason', () => {
  const step = (kind: 'read' | 'think' | 'write', line: number) => ({
    ...{ kind, path: kind === 'think' ? null : 'a.ts', text: kind === 'think' ? 'x' : null },
    ...{ fromLine: line, toLine: line },
  });
  const steps = [step('read', 0), step('think', 0), step('write', 1), step('write', 2)];
  const left = leaveOut({ path: 'a.ts', status: 'done', steps } as never);
  expect(left).toMatchObject({ status: 'plain', steps: [step('write', 0)] });
  expect(left.reason).not.toBeNull();
});
