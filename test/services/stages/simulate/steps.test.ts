/** Reads cover what the file uses of its dependencies, within limits, by exact line ranges. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Definition } from '../../../../schemas/generated/types.ts';
import { countLines, lineRange } from '../../../../schemas/lines.ts';
import { simulateKnobs } from '../../../../services/stages/simulate/config.ts';
import {
  type Dependency,
  fitThought,
  planReads,
  type ReadKnobs,
} from '../../../../services/stages/simulate/steps.ts';

const defaults = simulateKnobs.parse({});
const small: ReadKnobs = {
  ...defaults,
  wholeFileBytesMax: 20,
  contextLines: 1,
  rangeLinesMax: 3,
  headBytesMax: 12,
};

function symbol(name: string, startLine: number, endLine: number, exported = true): Definition {
  return {
    name,
    kind: 'function',
    signature: name,
    startLine,
    endLine,
    parent: null,
    doc: null,
    exported,
  };
}

function dependency(
  path: string,
  text: string,
  symbols: Definition[] = [],
  names: string[] = [],
): Dependency {
  const structure = {
    path,
    language: 'python',
    parser: 'tree-sitter',
    errorRatio: 0,
    lines: countLines(text),
    symbols,
    externals: [],
    note: null,
  };
  return { path, text, structure, names };
}

const numbered = (lines: number) =>
  Array.from({ length: lines }, (_, index) => `line ${index + 1}\n`).join('');
const ranges = (code: string, dependencies: Dependency[], knobs: ReadKnobs = small) =>
  planReads(code, dependencies, knobs).map((step) => [step.path, step.fromLine, step.toLine]);

const long = numbered(40);
const examples: readonly (readonly [
  why: string,
  dependency: Dependency,
  code: string,
  reads: readonly (readonly [number, number])[],
])[] = [
  ['a small file is read whole', dependency('a', 'x = 1\n'), '', [[0, 0]]],
  ['an empty file is not read', dependency('a', ''), '', []],
  [
    'definitions that the edges name are read with context',
    dependency('a', long, [symbol('f', 10, 11), symbol('g', 30, 31)], ['f']),
    'g()',
    [[9, 12]],
  ],
  [
    'without names, exported definitions that the code mentions are read',
    dependency('a', long, [
      symbol('foo', 10, 11),
      symbol('bar', 20, 20),
      symbol('hidden', 30, 30, false),
    ]),
    'foo + hidden',
    [[9, 12]],
  ],
  [
    'adjacent ranges are merged',
    dependency('a', long, [symbol('f', 10, 11), symbol('g', 14, 14)], ['f', 'g']),
    '',
    [[9, 15]],
  ],
  [
    'only the first lines of a long definition are read',
    dependency('a', long, [symbol('f', 10, 39)], ['f']),
    '',
    [[9, 13]],
  ],
  [
    'context stops at both ends of the file',
    dependency('a', long, [symbol('f', 1, 1), symbol('g', 40, 40)], ['f', 'g']),
    '',
    [
      [1, 2],
      [39, 40],
    ],
  ],
  ['the head is read if no definition is known', dependency('a', long), '', [[1, 1]]],
  [
    'a head with too long a first line is not read',
    dependency('a', `${'x'.repeat(100)}\n`),
    '',
    [],
  ],
];

test.each(examples)('%s', (_why, one, code, wanted) => {
  expect(ranges(code, [one])).toEqual(wanted.map(([from, to]) => ['a', from, to]));
});

test('observations stay within their limit, and later reads that fit are kept', () => {
  const files = [
    dependency('a', 'a'.repeat(15)),
    dependency('b', 'b'.repeat(15)),
    dependency('c', 'c'.repeat(4)),
  ];
  expect(ranges('', files, { ...small, observationBytesMax: 20 })).toEqual([
    ['a', 0, 0],
    ['c', 0, 0],
  ]);
});

test('reads are always exact lines of their file and never exceed the limit', () => {
  const text = fc
    .array(fc.constantFrom('x', 'é', '\n', ' ', '\r'), { maxLength: 120 })
    .map((parts) => parts.join(''));
  const marks = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(30)), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, marks), { maxLength: 4 }),
      fc.nat(150),
      (files, observationBytesMax) => {
        const dependencies = files.map(([content, symbols], index) =>
          dependency(
            `f${index}`,
            content,
            symbols.map(([start, size]) => symbol('fff', start, start + size)),
            ['fff'],
          ),
        );
        const texts = new Map(dependencies.map((one) => [one.path, one.text]));
        let bytes = 0;
        for (const step of planReads('fff', dependencies, { ...small, observationBytesMax })) {
          const shown = lineRange(texts.get(step.path ?? '') ?? '', step.fromLine, step.toLine);
          expect(shown).not.toBe('');
          if (step.fromLine > 0) {
            expect(step.toLine).toBeGreaterThanOrEqual(step.fromLine);
            expect(step.toLine).toBeLessThanOrEqual(countLines(texts.get(step.path ?? '') ?? ''));
          }
          bytes += Buffer.byteLength(shown);
        }
        expect(bytes).toBeLessThanOrEqual(observationBytesMax);
      },
    ),
  );
});

const thoughts: readonly (readonly [text: string, bytesMax: number, kept: string])[] = [
  ['A thought.\n\n\n', 100, 'A thought.'],
  ['\n \n  indented', 100, '  indented'],
  ['One is here. Two is there. Three', 27, 'One is here. Two is there.'],
  ['First.\n\nSecond part without an end', 20, 'First.'],
  ['ééééé', 5, 'éé'],
];

test.each(thoughts)('%j in %i bytes', (text, bytesMax, kept) => {
  expect(fitThought(text, bytesMax)).toBe(kept);
});
