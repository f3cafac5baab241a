/** Scores do not depend on order or history, and useful thoughts lower the bits of real code. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contextsKept } from '../../../../services/scorer/bytes/kept.ts';
import { createByteScorer } from '../../../../services/scorer/bytes/score.ts';
import { tailBytes } from '../../../../services/scorer/tail.ts';

const contextBytesMax = 65_536;
const sourceOf = (path: string) =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

test('scores do not depend on order, repetition or earlier requests, bit for bit', () => {
  const scorer = createByteScorer(contextBytesMax);
  const context = 'export function add(first: number, second: number): number {\n';
  const target = '  return first + second;\n}\n';
  const [a, b] = ['It adds the two numbers.\n', 'first and second are returned.\n'] as const;
  const together = scorer.score({ context, thoughts: [a, b, a], target });
  expect(together[0]).toBe(together[2]);
  expect(scorer.score({ context, thoughts: [b, a], target })).toEqual([together[1], together[0]]);
  scorer.score({ context: 'another one', thoughts: [a], target: b });
  expect(scorer.score({ context, thoughts: [a], target })).toEqual([together[0]]);
  const fresh = createByteScorer(contextBytesMax);
  expect(fresh.score({ context, thoughts: [b], target })).toEqual([together[1]]);
});

test('property: each thought scores as with a fresh model of its own', () => {
  const shared = createByteScorer(contextBytesMax);
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 3 }), text, (context, thoughts, target) => {
      const scores = shared.score({ context, thoughts, target });
      const alone = thoughts.map((thought) => {
        const fresh = createByteScorer(contextBytesMax);
        return fresh.score({ context, thoughts: [thought], target })[0];
      });
      expect(scores).toEqual(alone);
      expect(scores.every((bits) => Number.isFinite(bits) && bits >= 0)).toBe(true);
    }),
    { numRuns: 10, seed: 3 },
  );
});

test('bits per line add up to the same bits, and end where the lines end', () => {
  const scorer = createByteScorer(contextBytesMax);
  const request = { context: 'c\n', thoughts: ['z\n', ''], target: 'one\ntwo 🜁é\n\nlast' };
  const scored = scorer.scoreTokens(request);
  expect(scored.map(({ bits }) => bits)).toEqual(scorer.score(request));
  for (const { bits, tokens } of scored) {
    expect(tokens.map(({ end }) => end)).toEqual([4, 12, 13, 17]);
    expect(tokens.reduce((sum, token) => sum + token.bits, 0)).toBeCloseTo(bits, 6);
  }
});

test('an empty target costs 0 bits, and without thoughts there are no scores', () => {
  const scorer = createByteScorer(contextBytesMax);
  expect(scorer.score({ context: 'c', thoughts: ['z'], target: '' })).toEqual([0]);
  expect(scorer.score({ context: 'c', thoughts: [], target: 'x' })).toEqual([]);
});

// Real code of this repository; thoughts of nearly equal length about it and about another file.
const pairs = [
  {
    path: 'services/runtime/clock.ts',
    helpful:
      'I export the interface Clock with nowMs and sleep(ms, signal), the constant systemClock, and manualClock(startMs), whose advance moves the time.\n',
    unrelated:
      'I export the interface BlobStore with getRange and stream(reference), the function openLocalBlobStore, and syncFolder(folder), that flushes data.\n',
  },
  {
    path: 'services/runtime/store/blobs.ts',
    helpful:
      'I export the interface BlobStore with getRange and stream(reference), the function openLocalBlobStore, and syncFolder(folder), that flushes data.\n',
    unrelated:
      'I export the interface Clock with nowMs and sleep(ms, signal), the constant systemClock, and manualClock(startMs), whose advance moves the time.\n',
  },
];

test.each(pairs)(
  'a thought with names from $path lowers its bits more than another thought',
  (pair) => {
    const target = sourceOf(pair.path);
    const context = `@@@ file "${pair.path}"\n@@@ think\n`;
    const [none, helpful, unrelated] = createByteScorer(contextBytesMax).score({
      context,
      thoughts: ['\n', pair.helpful, pair.unrelated],
      target,
    }) as [number, number, number];
    expect(pair.helpful.length).toBeLessThanOrEqual(pair.unrelated.length + 4);
    expect(helpful).toBeLessThan(none);
    expect(none - helpful).toBeGreaterThan(2 * (none - unrelated));
  },
);

test('a dependency in the context lowers the bits of its user', () => {
  const target = sourceOf('services/runtime/store/blobs.ts');
  const scorer = createByteScorer(contextBytesMax);
  const bits = (context: string) =>
    scorer.score({ context, thoughts: ['\n'], target })[0] as number;
  expect(bits(sourceOf('services/runtime/errors.ts'))).toBeLessThan(bits(''));
});

test('cuts a longer context to its tail, at the start of a character', () => {
  expect(tailBytes(new TextEncoder().encode('añb'), 2)).toEqual(new TextEncoder().encode('b'));
  expect(tailBytes(new TextEncoder().encode('añb'), 3)).toEqual(new TextEncoder().encode('ñb'));
  const scorer = createByteScorer(10);
  const request = { thoughts: ['z'], target: 'the target' };
  expect(scorer.score({ ...request, context: `${'x'.repeat(50)}0123456789` })).toEqual(
    scorer.score({ ...request, context: '0123456789' }),
  );
});

test('scores do not depend on whether the context was kept', () => {
  const scorer = createByteScorer(contextBytesMax);
  const requests = Array.from({ length: contextsKept + 2 }, (_unused, index) => ({
    context: `context ${index} of several\n`,
    thoughts: ['a thought\n'],
    target: 'context of several thoughts\n',
  }));
  const first = requests.map((request) => scorer.score(request));
  expect(requests.toReversed().map((request) => scorer.score(request))).toEqual(first.toReversed());
  const fresh = requests.map((request) => createByteScorer(contextBytesMax).score(request));
  expect(first).toEqual(fresh);
});
