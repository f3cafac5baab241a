/**
 * The trajectory text format: for any repository content the parser gives every segment back, the
 * mask follows the kind (I2), and no content can forge a header.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chooseFence,
  isTrained,
  parseTrajectory,
  renderTrajectory,
  type SegmentKind,
  segmentKinds,
  type TextSegment,
  TrajectoryTextError,
} from '../../schemas/trajectory-text.ts';

const opening: TextSegment = { kind: 'backstory', path: 'greeter', lines: null, body: '' };

function segment(kind: SegmentKind, body: string, path: string | null = null): TextSegment {
  return { kind, path, lines: null, body };
}

function document(segments: readonly TextSegment[]): string {
  return renderTrajectory(segments)
    .map(({ text }) => text)
    .join('');
}

/** Lines that imitate headers, and characters that are no line ends in this format. */
const hostileLine = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '@',
    '@@@',
    '@@@ ',
    '@@@ think',
    '@@@ no-newline',
    '@@@ write "a.py"',
    '@@@ backstory "x"',
    '@@@@ done',
    '@@@@@@@@@@@@ think',
    ' @@@ think',
    '\r',
    '@@@ think\r',
    '\0',
    '\f',
    '\u2028@@@ think',
    '\u0085',
    '\ufeff@@@ think',
    '<|endoftext|>',
    '<|im_end|>',
  ),
);
const hostileBody = fc
  .tuple(fc.array(hostileLine, { maxLength: 6 }), fc.boolean())
  .map(([lines, newline]) => lines.join('\n') + (newline ? '\n' : ''));

const kinds = (Object.keys(segmentKinds) as SegmentKind[]).filter((kind) => kind !== 'backstory');
const hostileSegment: fc.Arbitrary<TextSegment> = fc.record({
  kind: fc.constantFrom(...kinds),
  path: fc.option(fc.oneof(fc.string({ unit: 'binary' }), hostileLine), { nil: null }),
  lines: fc.option(fc.tuple(fc.nat(), fc.nat()), { nil: null }),
  body: hostileBody,
});
const hostileDocument = fc
  .array(hostileSegment, { maxLength: 8 })
  .map((rest) => [opening, ...rest]);

describe('the trajectory text format', () => {
  test('I2: the text gives every segment back, for any content', () => {
    fc.assert(
      fc.property(hostileDocument, (segments) => {
        expect(parseTrajectory(document(segments))).toEqual(segments);
      }),
      { numRuns: 2000 },
    );
  });

  test('I2: the kind alone decides the mask', () => {
    fc.assert(
      fc.property(hostileDocument, (segments) => {
        renderTrajectory(segments).forEach((rendered, index) => {
          expect(rendered.trained).toBe(isTrained(segments[index]?.kind ?? 'done'));
        });
      }),
    );
    const trained = (Object.keys(segmentKinds) as SegmentKind[]).filter(isTrained);
    expect(trained).toEqual(['requirements', 'plan', 'read', 'think', 'write', 'done']);
  });

  test('every rendered segment ends in a newline, so that seams are exact', () => {
    fc.assert(
      fc.property(hostileDocument, (segments) => {
        for (const { text } of renderTrajectory(segments)) expect(text.endsWith('\n')).toBe(true);
      }),
    );
  });

  test('no line of a body begins with the fence and a space', () => {
    fc.assert(
      fc.property(fc.array(hostileBody), (bodies) => {
        const fence = chooseFence(bodies);
        for (const line of bodies.join('\n').split('\n')) {
          expect(line.startsWith(`${fence} `)).toBe(false);
        }
      }),
    );
  });

  test.each([
    ['plain text', ['hello\n'], 3],
    ['a decorator', ['@property\n'], 3],
    ['three at a line start', ['a\n@@@ think\n'], 4],
    ['three inside a line', ['a @@@ think\n'], 3],
    ['many, without a space', ['@@@@@@@\n'], 8],
  ])('the fence over %s has the right length', (_what, bodies, length) => {
    expect(chooseFence(bodies)).toBe('@'.repeat(length));
  });

  test('renders as the grammar says', () => {
    const text = document([
      opening,
      segment('task', 'Write greeter.\n'),
      { kind: 'read', path: 'a "b".py', lines: [1, 4], body: '' },
      segment('write', 'print(1)', 'src/greet.py'),
      segment('done', ''),
    ]);
    expect(text).toBe(
      [
        '@@@ backstory "greeter"',
        '@@@ task',
        'Write greeter.',
        '@@@ read "a \\"b\\".py" 1-4',
        '@@@ write "src/greet.py"',
        'print(1)',
        '@@@ no-newline',
        '@@@ done',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['nothing', ''],
    ['no header', 'hello\n'],
    ['another first kind', '@@@ task\n'],
    ['an unknown kind', '@@@ backstory "x"\n@@@ forged\n'],
    ['a broken path', '@@@ backstory "x"\n@@@ write "a\n'],
    ['a path that is no JSON', '@@@ backstory "x"\n@@@ write "\\q"\n'],
    ['too many fields', '@@@ backstory "x"\n@@@ write "a" 1-2 3\n'],
    ['text after the last body', '@@@ backstory "x"\n@@@ think\nx\n@@@ no-newline\nstray\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseTrajectory(text)).toThrow(TrajectoryTextError);
  });
});
