/** A long file in parts: flatten and verify take them only if they are the file, in order (I1). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../../schemas/generated/types.ts';
import { countLines } from '../../../../schemas/lines.ts';
import type { ProvenanceLine } from '../../../../schemas/manifest.ts';
import {
  renderTrajectory,
  type TextSegment,
  writtenFiles,
} from '../../../../schemas/trajectory-text.ts';
import { checkDocument } from '../../../../services/dataset/verify/document.ts';
import { sha256 } from '../../../../services/runtime/ids.ts';
import { flattenRepository } from '../../../../services/stages/flatten/document.ts';
import { sampleParts } from '../../../samples/inputs/file-thoughts.ts';

const limits = { writesWithoutThought: 'trained', episodeTokens: null, briefBytesMax: 0 } as const;

function think(text: string): Step {
  return { kind: 'think', path: null, fromLine: 0, toLine: 0, text };
}

/** A repository of one file, written in parts that end at the given lines. */
function inParts(text: string, ends: readonly number[]) {
  const parts = sampleParts('tiny', [{ path: 'a', text }]);
  const steps = ends.flatMap((toLine, at): Step[] => [
    think(`Part ${at}.`),
    { kind: 'write', path: 'a', fromLine: (ends[at - 1] ?? 0) + 1, toLine, text: null },
  ]);
  const [thought] = parts.thoughts;
  if (thought === undefined) throw new Error('a thought is wanted');
  const [flat] = flattenRepository({ ...parts, thoughts: [{ ...thought, steps }] }, limits);
  if (flat === undefined) throw new Error('a document is wanted');
  return { document: flat.document, line: lineOf(text) };
}

function lineOf(text: string): ProvenanceLine {
  const file = { path: 'a', bytes: Buffer.byteLength(text), sha256: sha256(text) };
  return { name: 'tiny', files: [file] } as unknown as ProvenanceLine;
}

it('I1: any text in any parts is the file again', () => {
  const text = fc
    .array(fc.tuple(fc.constantFrom('', '@@@ done', '@@@@ x', 'é', 'a b'), eol()), { minLength: 1 })
    .map((lines) => lines.flat().join(''));
  fc.assert(
    fc.property(
      text,
      fc.constantFrom('', '@@@ think', 'z'),
      fc.array(fc.nat(20)),
      (body, rest, cuts) => {
        const whole = body + rest;
        const last = countLines(whole);
        const inside = cuts.filter((line) => line > 0 && line < last);
        const ends = [...new Set([...inside, last])].sort((a, b) => a - b);
        const { document, line } = inParts(whole, ends);
        const checked = checkDocument(document, line);
        expect(checked.written.get('a')?.body).toBe(whole);
        expect(writtenFiles(checked.segments)).toEqual(new Map([['a', whole]]));
        expect(checked.segments.filter(({ kind }) => kind === 'think')).toHaveLength(ends.length);
      },
    ),
  );
});

function eol() {
  return fc.constantFrom('\n', '\r\n', '\r');
}

describe('flatten refuses parts that', () => {
  it.each([
    ['leave lines out at the end', [1, 2], /not the whole file/],
    ['go past the end', [1, 4], /not the whole file/],
    ['go backwards', [2, 1], /do not follow one another/],
  ])('%s', (_what, ends, message) => {
    expect(() => inParts('one\ntwo\nthree\n', ends)).toThrow(message);
  });
});

describe('verify refuses parts that', () => {
  const write = (body: string, lines: TextSegment['lines']): TextSegment[] => [
    { kind: 'think', path: null, lines: null, body: 'So.\n' },
    { kind: 'write', path: 'a', lines, body },
  ];
  it.each<[string, TextSegment[], RegExp]>([
    ['overlap', [...write('1\n2\n', [1, 2]), ...write('2\n3\n', [2, 3])], /do not follow/],
    ['leave a gap', [...write('1\n', [1, 1]), ...write('3\n', [3, 3])], /do not follow/],
    ['begin amid the file', write('2\n3\n', [2, 3]), /do not follow/],
    ['hold other lines than they say', write('1\n2\n3\n', [1, 2]), /do not follow/],
    ['follow a whole write', [...write('1\n', null), ...write('2\n', [2, 2])], /twice/],
    ['precede a whole write', [...write('1\n', [1, 1]), ...write('1\n', null)], /twice/],
    ['are not all', write('1\n2\n', [1, 2]), /has not 6 bytes/],
    [
      'have no thought',
      [...write('1\n', [1, 1]), ...write('2\n3\n', [2, 3]).slice(1)],
      /no thought/,
    ],
  ])('%s', (_what, steps, message) => {
    const plain = { path: null, lines: null };
    const segments: TextSegment[] = [
      { ...plain, kind: 'backstory', path: 'tiny', body: '' },
      { ...plain, kind: 'task', body: 'Do it.\n' },
      { ...plain, kind: 'requirements', body: 'Work.\n' },
      { ...plain, kind: 'plan', body: 'Plan.\n' },
      { ...plain, kind: 'file', path: 'a', body: 'Write.\n' },
      ...steps,
      { ...plain, kind: 'done', body: '' },
    ];
    const text = renderTrajectory(segments).map((each) => each.text);
    const document = Buffer.from(text.join(''));
    expect(() => checkDocument(document, lineOf('1\n2\n3\n'))).toThrow(message);
  });
});
