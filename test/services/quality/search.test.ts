/** What a report tells of the search: bits by round, outcomes, and gain against length. */
import { expect, test } from 'vitest';
import type { Candidate, SearchReport, Step } from '../../../schemas/generated/types.ts';
import { createSearchMeasure } from '../../../services/quality/search.ts';

const scorer = { name: 'bytes', version: '1', model: null, languageModel: false };

function candidate(thought: number, round: number, ordinal: number, outcome: string, bits = 0) {
  const scored = outcome === 'accepted' || outcome === 'not-better';
  return { thought, round, ordinal, outcome, bits: scored ? bits : null, textBytes: 9, text: null };
}

function searched(candidates: readonly Candidate[], bits: readonly [number, number]): SearchReport {
  const [bitsBefore, bitsAfter] = bits;
  const [targetBytes, thoughtBytesBefore, bitsNone] = [100, 10, null];
  const sizes = { targetBytes, thoughtBytesBefore, bitsNone };
  return { scorer, configuration: 'c', bitsBefore, bitsAfter, candidates, ...sizes };
}

function step(kind: string, text: string | null = null): Step {
  return { kind, text, path: 'a', fromLine: 0, toLine: 0 } as Step;
}

test('bits fall by round as rewrites were kept, thought by thought', () => {
  const measure = createSearchMeasure();
  const candidates = [
    candidate(1, 1, 0, 'accepted', 140),
    candidate(0, 0, 0, 'not-better', 210),
    candidate(0, 0, 1, 'accepted', 180),
    candidate(0, 1, 0, 'leak'),
    candidate(1, 0, 0, 'accepted', 150),
    candidate(1, 0, 1, 'duplicate'),
  ];
  const steps = [step('think', 'x'.repeat(12)), step('think', 'é'), step('write')];
  measure.add({ steps, search: searched(candidates, [200, 140]) });
  measure.add({ steps, search: searched([], [100, 100]) });
  const report = measure.report();
  expect(report?.rounds).toEqual({
    files: 2,
    targetBytes: 200,
    before: 1.5,
    after: [
      // 200 to 180 by the first thought and 180 to 150 by the second one.
      { rewrites: 4, accepted: 2, bitsPerByte: 1.25 },
      { rewrites: 2, accepted: 1, bitsPerByte: 1.2 },
    ],
  });
  expect(report?.outcomes).toEqual({ accepted: 3, 'not-better': 1, leak: 1, duplicate: 1 });
  expect(report?.places).toEqual([
    { rewrites: 4, accepted: 2 },
    { rewrites: 2, accepted: 1 },
  ]);
  expect(report?.thoughtBytes).toEqual({ before: 20, after: 28 });
});

test('a file in parts counts in the totals, and has no bits by round', () => {
  const measure = createSearchMeasure();
  const steps = [step('think', 'a'), step('write'), step('think', 'b'), step('write')];
  measure.add({ steps, search: searched([candidate(0, 0, 0, 'accepted', 20)], [90, 60]) });
  expect(measure.report()).toMatchObject({
    files: 1,
    outcomes: { accepted: 1 },
    rounds: { files: 0, before: 0, after: [] },
  });
});

test('gains are told by how much the thoughts grew', () => {
  const measure = createSearchMeasure();
  for (const [bytes, after] of [
    [5, 99],
    [15, 80],
    [16, 60],
    [40, 50],
  ] as const) {
    const steps = [step('think', 'x'.repeat(bytes)), step('write')];
    measure.add({ steps, search: searched([], [100, after]) });
  }
  const growth = measure.report()?.growth.map(({ timesMax, files, gain }) => {
    return [timesMax, files, Number(gain.toFixed(3))];
  });
  expect(growth).toEqual([
    [0.9, 1, 0.01],
    [1.1, 0, 0],
    [1.5, 1, 0.2],
    [2, 1, 0.4],
    [null, 1, 0.5],
  ]);
});

test('nothing is told where no file had code to score', () => {
  const measure = createSearchMeasure();
  expect(measure.report()).toBeNull();
  const nothing = { ...searched([], [0, 0]), targetBytes: 0 };
  measure.add({ steps: [], search: nothing });
  expect(measure.report()).toBeNull();
});
