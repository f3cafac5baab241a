/** Examples are whole, few, and the same for the same output. */
import { expect, test } from 'vitest';
import type { MaskedSegment, Sample } from '../../../services/dataset/samples.ts';
import { createExamples, filesOf } from '../../../services/quality/examples.ts';

function segment(kind: MaskedSegment['kind'], path: string | null, body = ''): MaskedSegment {
  return { kind, path, lines: null, body, role: null, trained: true, tokens: 1 };
}

const file = (path: string, thought: string | null, code = 'code\n') => [
  segment('file', path),
  ...(thought === null ? [] : [segment('think', null, thought)]),
  segment('write', path, code),
];

function sample(id: string, files: readonly (readonly MaskedSegment[])[]): Sample {
  const overview = { id, name: `name of ${id}` } as Sample['overview'];
  const start = [segment('backstory', id), segment('task', null), segment('plan', null, 'plan')];
  return { overview, segments: [...start, ...files.flat(), segment('done', null)] };
}

function examplesOf(samples: readonly Sample[]) {
  const chooser = createExamples();
  for (const each of samples) chooser.addDocument(each);
  return chooser.report();
}

test('a file is an example from its task to its write, and a plan without its files', () => {
  const { plans, thoughts, thoughtless } = examplesOf([
    sample('s', [file('a', 'why'), file('b', null)]),
  ]);
  expect(plans[0]?.segments.map(({ kind }) => kind)).toEqual(['task', 'plan']);
  expect(thoughts.map((each) => [each.path, each.segments])).toEqual([['a', file('a', 'why')]]);
  expect(thoughtless.map(({ path }) => path)).toEqual(['b']);
});

test('few are kept of many, whatever the order in which they come', () => {
  const samples = Array.from({ length: 40 }, (_, at) =>
    sample(`s${at}`, [file('a', 'why'), file('b', null)]),
  );
  const found = examplesOf(samples);
  expect([found.plans, found.thoughts, found.thoughtless].map((each) => each.length)).toEqual([
    2, 10, 3,
  ]);
  expect(examplesOf(samples.toReversed())).toEqual(found);
  // Not simply the first ones.
  expect(found.thoughts.some(({ sampleId }) => Number(sampleId.slice(1)) >= 20)).toBe(true);
});

test('what is too large is counted, never cut', () => {
  const { thoughts, tooLarge } = examplesOf([
    sample('s', [file('large', 'why', 'x'.repeat(70_000)), file('small', 'why')]),
  ]);
  expect([thoughts.map(({ path }) => path), tooLarge]).toEqual([['small'], 1]);
});

test('a file in parts is one example, with all of its thoughts', () => {
  const parts = [
    segment('file', 'a'),
    ...['one', 'two'].flatMap((why) => [segment('think', null, why), segment('write', 'a', why)]),
  ];
  expect(filesOf([...parts, ...file('b', null), segment('done', null)])).toEqual([
    parts,
    file('b', null),
  ]);
});

test('a file that is cut off has no example', () => {
  expect(filesOf([segment('file', 'a'), segment('think', null, 'why')])).toEqual([]);
});
