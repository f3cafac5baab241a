/** Flatten: the sequence holds exactly the repository's bytes as code (I1, I3). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineRange } from '../../../../schemas/lines.ts';
import { parseTrajectory } from '../../../../schemas/trajectory-text.ts';
import type { FlattenLimits } from '../../../../services/stages/flatten/document.ts';
import {
  findFailure,
  flattenRepository,
  type Parts,
} from '../../../../services/stages/flatten/document.ts';
import { type SampleFile, sampleParts } from '../../../samples/inputs/file-thoughts.ts';

const limits: FlattenLimits = {
  writesWithoutThought: 'trained',
  episodeTokens: null,
  briefBytesMax: 200,
};

function flatten(parts: Parts) {
  const [flat, ...others] = flattenRepository(parts, limits);
  if (flat === undefined || others.length > 0) throw new Error('it is not one document');
  return { ...flat, parsed: parseTrajectory(flat.document.toString('utf8')) };
}

const small: SampleFile[] = [
  { path: 'src/a.ts', text: 'export const a = 1;\nexport const b = 2;\n' },
  {
    path: 'README.md',
    text: '@@@ done\n@@@@ x',
    reads: [
      ['src/a.ts', 2, 2],
      ['src/a.ts', 0, 0],
    ],
    thoughts: ['First.', 'Then.\n'],
  },
  { path: 'empty.txt', text: '' },
];

describe('flattenRepository', () => {
  it('puts the segments in the order of the format', () => {
    const { parsed } = flatten(sampleParts('tiny', small));
    expect(parsed.map((segment) => segment.kind).join(' ')).toBe(
      'backstory task requirements plan file think write ' +
        'file read observe read observe think think write file think write done',
    );
    expect(parsed[0]?.path).toBe('tiny');
  });

  it('states the task, and plans every file', () => {
    const { parsed } = flatten(sampleParts('tiny', small));
    const body = (kind: string) => parsed.find((segment) => segment.kind === kind)?.body;
    expect(body('task')).toBe(
      'Develop the project tiny: state its requirements, plan it, then write every file.\n' +
        'Licence: MIT\nLanguages: md (1), ts (1), txt (1)\nFiles: 3\n',
    );
    expect(body('plan')).toBe(
      'Every file stands on the ones before it.\n\nFiles, in writing order:\n' +
        '1. src/a.ts: Holds src/a.ts.\n2. README.md: Holds README.md. Needs src/a.ts.\n3. empty.txt: Holds empty.txt.\n',
    );
  });

  it('shows exactly the lines of a read', () => {
    const { parsed } = flatten(sampleParts('tiny', small));
    const observed = parsed.filter((segment) => segment.kind === 'observe');
    expect(observed.map(({ lines, body }) => ({ lines, body }))).toEqual([
      { lines: [2, 2], body: 'export const b = 2;\n' },
      { lines: null, body: small[0]?.text },
    ]);
  });

  it('I1: the writes, in order, are the admitted files (any content)', () => {
    fc.assert(
      fc.property(arbitraryFiles, (files) => {
        const parts = sampleParts('any', files);
        const { parsed, segments, document, files: listed } = flatten(parts);
        const writes = parsed.filter((segment) => segment.kind === 'write');
        expect(writes.map(({ path, body }) => ({ path, body }))).toEqual(
          files.map(({ path, text }) => ({ path, body: text })),
        );
        expect(listed.map((file) => file.path)).toEqual(files.map((file) => file.path));
        expect(segments[0]?.start).toBe(0);
        expect(segments.at(-1)?.end).toBe(document.byteLength);
        for (const [index, segment] of segments.entries()) {
          expect(segment.start).toBe(index === 0 ? 0 : segments[index - 1]?.end);
        }
      }),
    );
  });

  it('I3: an observation is lines of a file written earlier (any content)', () => {
    fc.assert(
      fc.property(arbitraryFiles, (files) => {
        const { parsed } = flatten(sampleParts('any', files));
        const written = new Map<string, string>();
        for (const { kind, path, lines, body } of parsed) {
          if (kind === 'write') written.set(path ?? '', body);
          if (kind !== 'observe') continue;
          const [from, to] = lines ?? [0, 0];
          expect(body).toBe(lineRange(written.get(path ?? '') ?? 'absent', from, to));
        }
      }),
    );
  });
});

describe('flattenRepository refuses', () => {
  const cases: [name: string, change: (files: SampleFile[]) => Parts, message: RegExp][] = [
    [
      'a read of a file not written yet',
      () =>
        sampleParts('x', [
          { path: 'a', text: 'a', reads: [['b', 0, 0]] },
          { path: 'b', text: '' },
        ]),
      /reads b, which is not written yet/,
    ],
    [
      'a read of lines past the end',
      () =>
        sampleParts('x', [
          { path: 'a', text: 'a\n' },
          { path: 'b', text: '', reads: [['a', 1, 2]] },
        ]),
      /lines 1-2 of a/,
    ],
    [
      'a file without a thought',
      () => sampleParts('x', [{ path: 'a', text: '', thoughts: [] }]),
      /its steps/,
    ],
    [
      'changed bytes',
      (files) => {
        const parts = sampleParts('x', files);
        return { ...parts, content: Buffer.from(parts.content).fill(0x20, 0, 1) };
      },
      /do not fit their hash/,
    ],
    [
      'a missing part',
      (files) => {
        const parts = sampleParts('x', files);
        return { ...parts, thoughts: parts.thoughts.slice(1) };
      },
      /one part for every planned file/,
    ],
    [
      'a plan that leaves a file out',
      (files) => {
        const parts = sampleParts('x', files);
        return { ...parts, plan: { ...parts.plan, files: parts.plan.files.slice(1) } };
      },
      /every admitted file once/,
    ],
  ];
  it.each(cases)('%s', (_name, change, message) => {
    expect(() => flatten(change(small))).toThrow(message);
  });
});

describe('findFailure', () => {
  const thoughts = sampleParts('tiny', small).thoughts;
  it('finds nothing if all files are done', () => {
    expect(findFailure(thoughts)).toBeNull();
  });
  it.each([
    ['failed', 'the teacher refused', 'the teacher refused'],
    ['failed', null, 'no reason given'],
  ] as const)('names a %s file', (status, reason, expected) => {
    const changed = thoughts.map((part, i) => (i === 1 ? { ...part, status, reason } : part));
    expect(findFailure(changed)).toEqual({ path: 'README.md', reason: expected });
  });
  it('accepts a skipped file only if it is still written', () => {
    const skipped = thoughts.map((part) => ({ ...part, status: 'skipped' as const }));
    expect(findFailure(skipped)).toBeNull();
    expect(findFailure(skipped.map((part) => ({ ...part, steps: [] })))?.path).toBe('src/a.ts');
  });
});

/** Files with odd text and reads of earlier ones. */
const arbitraryFiles = fc
  .array(
    fc.record({
      text: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc
          .array(fc.constantFrom('@@@ done', '@@@@', 'x', '\r', '\n', '\u2028', '\ufeff'))
          .map((parts) => parts.join('\n')),
      ),
      thoughts: fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }),
      read: fc.nat(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((files) =>
    files.map(({ text, thoughts, read }, position): SampleFile => {
      const earlier = position === 0 ? [] : [[`f${read % position}`, 0, 0] as const];
      return { path: `f${position}`, text, thoughts, reads: earlier };
    }),
  );
