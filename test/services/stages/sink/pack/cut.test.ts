/**
 * Cutting: adjacent pieces that fit, at seams where there are any, never all masked if avoidable.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTrained, type SegmentKind } from '../../../../../schemas/trajectory-text.ts';
import {
  type CutLimits,
  cutDocument,
  type Piece,
} from '../../../../../services/stages/sink/pack/cut.ts';
import type { TokenSegment } from '../../../../../services/stages/sink/tokens/join-tokens.ts';
import { counted } from '../../../../samples/counted.ts';

/** `file:5 write:20` as segments with that many tokens. */
function document(text: string): TokenSegment[] {
  let end = 0;
  return text.split(' ').map((part) => {
    const [kind, tokens] = part.split(':') as [SegmentKind, string];
    end += Number(tokens);
    const start = end - Number(tokens);
    const opening = [start, start] as const;
    const content = { contentStart: start, contentEnd: end };
    return { kind, trained: isTrained(kind), start, end, ...content, opening };
  });
}

const neverLine = (_token: number) => false;

function cutSegments(
  segments: readonly TokenSegment[],
  endsLine: (token: number) => boolean,
  limits: CutLimits,
): Piece[] {
  const mask = new Uint8Array(segments.at(-1)?.end ?? 0);
  for (const { trained, start, end } of segments) if (trained) mask.fill(1, start, end);
  return cutDocument({ segments, mask, endsLine }, limits);
}

function cuts(text: string, contextLength: number, endsLine = neverLine): string[] {
  const pieces = cutSegments(document(text), endsLine, { contextLength, prefixTokensMax: 10 });
  return pieces.map(({ start, end, prefixTokens }) => `${prefixTokens}+${start}-${end}`);
}

describe('cutDocument', () => {
  it('begins a piece with the first lines of requirements that are too long', () => {
    const text = `backstory:2 task:3 requirements:20 plan:12${' file:3 think:5 write:22'.repeat(3)} done:2`;
    // The header of the requirements and three lines of theirs, then the lines of the plan.
    const lineEnds = new Set([6, 9, 12, 24, 26, 27, 30, 33, 36]);
    const limits = { contextLength: 60, prefixTokensMax: 24 };
    const [, second] = cutSegments(document(text), (token) => lineEnds.has(token), limits);
    expect(second?.prefix.slice(0, 3)).toEqual([
      [0, 2],
      [5, 13],
      [25, 27],
    ]);
  });

  it('begins a piece with the task where no requirements are stated', () => {
    const text = `backstory:2 task:3 plan:12${' file:3 think:5 write:22'.repeat(3)} done:2`;
    const lineEnds = new Set([6, 7, 10, 13, 16]);
    const limits = { contextLength: 60, prefixTokensMax: 30 };
    const [, second] = cutSegments(document(text), (token) => lineEnds.has(token), limits);
    expect(second?.prefix.slice(0, 3)).toEqual([
      [0, 2],
      [2, 5],
      [5, 7],
    ]);
  });

  it('begins a piece with the requirements and the plan of its own files', () => {
    const text = `backstory:2 task:3 requirements:4 plan:12${' file:3 think:5 write:22'.repeat(3)} done:2`;
    // The plan: its header, the heading of its list, then a line of three tokens for each file.
    const lineEnds = new Set([10, 11, 14, 17, 20]);
    const prefixes = (prefixTokensMax: number) =>
      cutSegments(document(text), (token) => lineEnds.has(token), {
        contextLength: 60,
        prefixTokensMax,
      }).map(({ start, prefix }) => [start, ...prefix]);
    const frame = [0, 2];
    const requirements = [5, 9];
    const head = [9, 11];
    expect(prefixes(30)).toEqual([
      [0],
      [59, frame, requirements, head, [15, 21], [51, 54]],
      [102, frame, requirements, head, [18, 21], [81, 84]],
    ]);
    // What does not fit is left out: first the requirements, then the lines of later files.
    expect(prefixes(12)).toEqual([
      [0],
      [59, frame, head, [15, 18], [51, 54]],
      [109, frame, head, [18, 21], [81, 84]],
    ]);
  });

  it('looks at about as many segments per piece of a long document as of a short one', () => {
    const looksPerPiece = (files: number) => {
      const text = `backstory:2 task:8${' file:3 think:5 write:90'.repeat(files)} done:2`;
      const segments = counted(document(text));
      const pieces = cutSegments(segments.value, neverLine, limits);
      return segments.reads() / pieces.length;
    };
    const limits = { contextLength: 200, prefixTokensMax: 20 };
    expect(looksPerPiece(2000)).toBeLessThan(looksPerPiece(100) * 1.5);
  });

  it.each([
    ['a document that fits stays whole', 'backstory:2 task:3 plan:5 done:2', 12, ['0+0-12']],
    [
      'cuts before a file',
      'backstory:2 task:8 plan:10 file:3 think:5 write:12 file:3 think:5 write:12 done:2',
      42,
      ['0+0-40', '2+40-62'],
    ],
    [
      'repeats the frame and the current file',
      'backstory:2 task:8 plan:10 file:3 think:10 write:30 done:2',
      40,
      ['0+0-40', '5+40-65'],
    ],
    [
      'leaves a short segment to the next piece',
      'backstory:2 task:8 plan:10 file:3 think:50 write:10 done:2',
      80,
      ['0+0-73', '5+73-85'],
    ],
    [
      'cuts a long segment rather than leave much of a piece empty',
      'backstory:2 task:8 plan:10 file:3 think:50 write:20 done:2',
      80,
      ['0+0-80', '5+80-95'],
    ],
    [
      'cuts before a trained segment, which is not parted from what it shows or answers',
      'backstory:2 task:8 plan:10 file:3 read:5 observe:740 read:5 observe:20 think:30 write:9 done:2',
      800,
      ['0+0-768', '5+768-834'],
    ],
    [
      'cuts between thinking and writing',
      'backstory:2 task:8 plan:10 file:3 read:5 observe:740 think:20 write:30 done:2',
      800,
      ['0+0-788', '5+788-820'],
    ],
    [
      'cuts between a read and what it shows where nothing better is near',
      'backstory:2 task:8 plan:10 file:3 think:725 read:30 observe:40 think:30 write:9 done:2',
      800,
      ['0+0-778', '5+778-859'],
    ],
    [
      'cuts an oversized segment anywhere when it has no lines',
      'backstory:2 task:2 plan:2 file:2 think:2 write:100 done:2',
      50,
      ['0+0-50', '4+50-96', '4+96-112'],
    ],
  ])('%s', (_name, text, contextLength, expected) => {
    expect(cuts(text, contextLength)).toEqual(expected);
  });

  it('cuts an oversized segment after a line', () => {
    const text = 'backstory:2 task:2 plan:2 file:2 think:2 write:100 done:2';
    expect(cuts(text, 50, (token) => token % 5 === 4)).toEqual(['0+0-50', '4+50-95', '4+95-112']);
  });

  it('leaves out a prefix that is too long', () => {
    const text = 'backstory:2 task:2 plan:20 file:20 think:10 write:30 done:2';
    expect(cuts(text, 60)).toEqual(['0+0-60', '2+60-86']);
  });

  it('separates no marks from text where a token covers the last mark and a whole segment', () => {
    // One token holds the end of the opening and the empty think: its segment has no token.
    const turn = { opening: [45, 53], trained: true } as const;
    const segments: TokenSegment[] = [
      ...document('backstory:2 task:20 file:23'),
      { ...turn, kind: 'think', start: 45, contentStart: 53, contentEnd: 53, end: 53 },
      { ...turn, kind: 'write', start: 53, contentStart: 53, contentEnd: 95, end: 95 },
      // The last token of the write covers the empty segment before the closing marks.
      { ...turn, kind: 'done', start: 95, contentStart: 95, contentEnd: 95, end: 99 },
    ];
    const limits = { contextLength: 53, prefixTokensMax: 4 };
    expect(cutSegments(segments, neverLine, limits).map(({ end }) => end)).toEqual([45, 94, 99]);
  });

  it('takes part of a long observation along, so that the next piece has something trained', () => {
    const text = 'backstory:2 task:2 plan:10 file:2 read:2 observe:48 think:10 write:10 done:2';
    for (const piece of piecesOf(text, 50)) expect(trainedIn(document(text), piece)).toBe(true);
  });
});

function piecesOf(text: string, contextLength: number): Piece[] {
  return cutSegments(document(text), neverLine, { contextLength, prefixTokensMax: 10 });
}

function trainedIn(segments: readonly TokenSegment[], piece: Piece): boolean {
  return segments.some(
    ({ trained, start, end }) => trained && start < piece.end && end > piece.start,
  );
}

const size = fc.integer({ min: 1, max: 60 });
const arbitraryText = fc
  .record({
    head: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }), size, size),
    files: fc.array(
      fc.record({
        file: size,
        observe: size,
        think: size,
        write: fc.integer({ min: 1, max: 300 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ head: [backstory, task, requirements, plan], files }) =>
    [
      `backstory:${backstory} task:${task} requirements:${requirements} plan:${plan}`,
      ...files.map(
        (f) => `file:${f.file} read:3 observe:${f.observe} think:${f.think} write:${f.write}`,
      ),
      'done:3',
    ].join(' '),
  );

describe('for any document', () => {
  it('pieces are adjacent, fit the context, and repeat whole segments and parts of the plan', () => {
    fc.assert(
      fc.property(
        arbitraryText,
        fc.integer({ min: 64, max: 200 }),
        fc.nat(9),
        (text, contextLength, every) => {
          const segments = document(text);
          const limits = { contextLength, prefixTokensMax: 30 };
          const pieces = cutSegments(segments, (token) => token % (every + 2) === 0, limits);
          let cursor = 0;
          for (const piece of pieces) {
            expect(piece.start).toBe(cursor);
            expect(piece.end).toBeGreaterThan(piece.start);
            expect(piece.prefixTokens).toBeLessThanOrEqual(30);
            expect(piece.prefixTokens + piece.end - piece.start).toBeLessThanOrEqual(contextLength);
            for (const [start, end] of piece.prefix) {
              const repeated = segments.find((segment) => segment.end > start);
              const kinds = ['backstory', 'task', 'requirements', 'plan', 'file'];
              expect(kinds).toContain(repeated?.kind);
              const isWhole = repeated?.start === start && repeated.end === end;
              const inPart = ['requirements', 'plan'].includes(repeated?.kind ?? '');
              expect(isWhole || (inPart && end <= (repeated?.end ?? 0))).toBe(true);
              expect(end).toBeLessThanOrEqual(piece.start);
            }
            cursor = piece.end;
          }
          expect(cursor).toBe(segments.at(-1)?.end);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a piece is all masked only amid a run of masked tokens that is longer than its room', () => {
    fc.assert(
      fc.property(arbitraryText, fc.integer({ min: 64, max: 160 }), (text, contextLength) => {
        const segments = document(text);
        const limits = { contextLength, prefixTokensMax: 30 };
        for (const piece of cutSegments(segments, neverLine, limits)) {
          if (trainedIn(segments, piece)) continue;
          const before = segments.findLast(({ trained, end }) => trained && end <= piece.start);
          const after = segments.find(({ trained, start }) => trained && start >= piece.end);
          const run = (after?.start ?? piece.end) - (before?.end ?? 0);
          expect(run).toBeGreaterThanOrEqual(contextLength - piece.prefixTokens);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('every piece has a trained token when no masked run reaches half a context', () => {
    fc.assert(
      fc.property(arbitraryText, (text) => {
        const segments = document(text);
        const limits = { contextLength: 130, prefixTokensMax: 30 };
        for (const piece of cutSegments(segments, neverLine, limits)) {
          expect(trainedIn(segments, piece)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
