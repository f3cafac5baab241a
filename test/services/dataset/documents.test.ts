/** Pieces in any order join to the document they were cut from; errors name the damage. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProvenanceLine } from '../../../schemas/manifest.ts';
import { createPieceCollector, joinPieces } from '../../../services/dataset/documents.ts';
import type { Piece } from '../../../services/dataset/read-shards.ts';
import { sha256 } from '../../../services/runtime/ids.ts';

const anyLine: ProvenanceLine = {
  pack: 0,
  tokens: [0, 0],
  prefixTokens: 0,
  documentTokens: [0, 0],
  piece: 0,
  pieces: 1,
  sampleId: 'sample',
  parentId: 'parent',
  stage: 'flatten',
  stageVersion: 1,
  repositoryId: 'repository',
  name: 'tiny',
  origin: 'tiny',
  commit: null,
  licence: 'MIT',
  document: { sha256: sha256(''), bytes: 0 },
  teacher: null,
  scorer: null,
  search: null,
  runId: 'run',
  files: null,
};

/** Cuts a document into pieces of these lengths; all but the first begin with a repeated prefix. */
function cut(lengths: readonly number[], prefixTokens: number, sampleId = 'sample'): Piece[] {
  let start = 0;
  return lengths.map((length, piece) => {
    const prefix = piece === 0 ? 0 : prefixTokens;
    const own = Array.from({ length }, (_unused, position) => 100 + start + position);
    const line: ProvenanceLine = {
      ...anyLine,
      sampleId,
      piece,
      pieces: lengths.length,
      prefixTokens: prefix,
      documentTokens: [start, start + length],
    };
    start += length;
    const inputIds = Uint32Array.from([...Array(prefix).fill(7), ...own]);
    const mask = Uint8Array.from(inputIds, (id) => (id === 7 ? 0 : id % 2));
    return { line, inputIds, mask };
  });
}

function lengthOf(cuts: readonly (readonly Piece[])[], sampleId: string): number {
  const own = cuts.flat().filter(({ line }) => line.sampleId === sampleId);
  return Math.max(...own.map(({ line }) => line.documentTokens[1]));
}

function changed(pieces: readonly Piece[], number: number, change: Partial<ProvenanceLine>) {
  return pieces.map((piece, position) =>
    position === number ? { ...piece, line: { ...piece.line, ...change } } : piece,
  );
}

describe('pieces', () => {
  test('property: in any order, mixed with others, they give their document back', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
    const documents = fc
      .array(fc.tuple(lengths, fc.nat(4)), { minLength: 1, maxLength: 4 })
      .map((drawn) => drawn.map(([each, prefix], at) => cut(each, prefix, `sample ${at}`)));
    const shuffled = documents.chain((cuts) => {
      const pieces = cuts.flat();
      const orders = fc.shuffledSubarray(pieces, { minLength: pieces.length });
      return fc.tuple(fc.constant(cuts), orders);
    });
    fc.assert(
      fc.property(shuffled, ([cuts, pieces]) => {
        const collector = createPieceCollector();
        const whole = pieces.map(collector.add).filter((all) => all !== null);
        expect(collector.incomplete).toEqual([]);
        expect(whole).toHaveLength(cuts.length);
        for (const { line, inputIds, mask } of whole.map(joinPieces)) {
          expect(line.piece).toBe(0);
          expect([...inputIds]).toEqual(Array.from(inputIds, (_id, position) => 100 + position));
          expect([...mask]).toEqual(Array.from(inputIds, (id) => id % 2));
          expect(inputIds).toHaveLength(lengthOf(cuts, line.sampleId));
        }
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  test('that wait for others keep no pack in memory, and their sample counts as incomplete', () => {
    const pack = new Uint32Array(1000);
    const [first, second] = cut([3, 2], 1);
    if (first === undefined || second === undefined) throw new Error('two pieces');
    const collector = createPieceCollector();
    expect(collector.add({ ...first, inputIds: pack.subarray(0, 3) })).toBeNull();
    expect(collector.incomplete).toEqual(['sample']);
    const pieces = collector.add(second) ?? [];
    expect(pieces.map(({ line }) => line.piece)).toEqual([0, 1]);
    expect(pieces[0]?.inputIds.buffer.byteLength).toBe(12);
  });

  test('that appear twice are damage', () => {
    const collector = createPieceCollector();
    const [first] = cut([3, 2], 1);
    if (first === undefined) throw new Error('two pieces');
    collector.add(first);
    expect(() => collector.add(first)).toThrow(/^piece 0 of sample is there twice; /);
  });

  test.each<[finding: string, pieces: Piece[]]>([
    ['its first piece is missing', cut([3, 2], 1).slice(1)],
    ['piece 2 does not follow on', cut([3, 2, 2], 1).toSpliced(1, 1)],
    [
      'piece 1 has not the tokens it claims',
      changed(cut([3, 2], 1), 1, { documentTokens: [3, 6] }),
    ],
    ['piece 1 has not the tokens it claims', changed(cut([3, 2], 1), 1, { prefixTokens: 2 })],
  ])('that do not fit are damage when joined: %s', (finding, pieces) => {
    expect(() => joinPieces(pieces)).toThrow(
      expect.objectContaining({
        code: 'SHARD_CORRUPT',
        subject: 'sample',
        finding,
        message: `sample sample (tiny): ${finding}; \`backstory verify\` tells more`,
      }),
    );
  });
});
