/** The mask conventions, by example and by property; documents as runs of characters. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pack } from '../../../schemas/mds.ts';
import {
  endPieces,
  labels,
  pieceLengths,
  positions,
  predictableMask,
  shardStem,
  shiftedMask,
  signedIds,
} from '../../../services/export/masks.ts';
import { textRuns } from '../../../services/export/spans.ts';

/** Makes a pack; each piece is given as its mask, so '011' is a piece of three tokens. */
function packOf(...pieces: string[]): Pack {
  const mask = Uint8Array.from(pieces.join(''), Number);
  let start = 0;
  const indices = pieces.map((piece) => {
    const span = [start, start + piece.length] as const;
    start += piece.length;
    return span;
  });
  const inputIds = Uint32Array.from(mask, (_, position) => 10 + position);
  return { domain: 'test', indices, inputIds, mask };
}

const pieces = fc.array(fc.stringMatching(/^[01]{1,9}$/), { minLength: 1, maxLength: 6 });

describe('masks', () => {
  it.each([
    [['011'], '011', '110'],
    [['111'], '011', '110'],
    [['1'], '0', '0'],
    [['010', '101'], '010001', '100010'],
    [['001', '100', '011'], '001000011', '010000110'],
  ])('of %j are %s aligned and %s shifted', (written, aligned, shifted) => {
    const pack = packOf(...written);
    expect(predictableMask(pack).join('')).toBe(aligned);
    expect(shiftedMask(pack).join('')).toBe(shifted);
  });

  it('count positions from the first token of each piece', () => {
    expect([...positions(packOf('110', '1', '01'))]).toEqual([0, 1, 2, 0, 0, 1]);
  });

  it('stay as they are where end-of-text is added to pieces that go on', () => {
    fc.assert(
      fc.property(pieces, fc.nat(40), (written, endOfText) => {
        const pack = packOf(...written);
        const ended = endPieces(pack, endOfText);
        for (const [piece, [start, end]] of pack.indices.entries()) {
          const [from = 0, to = 0] = ended.indices[piece] ?? [];
          const [ids, mask] = [ended.inputIds.slice(from, to), ended.mask.slice(from, to)];
          const has = pack.inputIds[end - 1] === endOfText;
          expect([...ids]).toEqual([
            ...pack.inputIds.slice(start, end),
            ...(has ? [] : [endOfText]),
          ]);
          expect([...mask]).toEqual([...pack.mask.slice(start, end), ...(has ? [] : [0])]);
        }
        expect(ended.indices.at(-1)?.[1]).toBe(ended.inputIds.length);
      }),
    );
  });

  it('become labels: the id of a trained token that something predicts, else -100', () => {
    expect([...labels(packOf('110', '01'))]).toEqual([-100, 11, -100, -100, 14]);
  });

  it('agree on every token that something predicts', () => {
    fc.assert(
      fc.property(pieces, (written) => {
        const pack = packOf(...written);
        const [aligned, shifted] = [predictableMask(pack), shiftedMask(pack)];
        expect(shifted).toHaveLength(pack.mask.length);
        for (const [start, end] of pack.indices) {
          expect(aligned[start]).toBe(0);
          expect(shifted[end - 1]).toBe(0);
          for (let position = start + 1; position < end; position += 1) {
            expect(aligned[position]).toBe(pack.mask[position]);
            expect(shifted[position - 1]).toBe(pack.mask[position]);
          }
        }
        const wanted = Array.from(pack.inputIds, (id, at) => (aligned[at] === 1 ? id : -100));
        expect([...labels(pack)]).toEqual(wanted);
        expect(pieceLengths(pack)).toEqual(written.map((piece) => piece.length));
      }),
    );
  });

  it('refuse an id beyond 31 bits', () => {
    const pack = { ...packOf('1'), inputIds: Uint32Array.of(2 ** 31) };
    expect(() => signedIds(pack)).toThrow('2147483648');
    expect(signedIds({ ...pack, inputIds: Uint32Array.of(2 ** 31 - 1) })[0]).toBe(2 ** 31 - 1);
  });

  it('name a shard without its folder', () => {
    expect(shardStem('shards/shard.00007.mds')).toBe('shard.00007');
  });
});

describe('runs of characters', () => {
  const runsOf = (text: string, trained: number[]) =>
    textRuns(Buffer.from(text, 'utf8'), Uint8Array.from(trained)).map(
      (run) => [run.trained, run.characters, run.content] as const,
    );

  it.each([
    ['', [], []],
    ['ab', [0, 0], [[false, 2, 'ab']]],
    [
      'ab',
      [0, 1],
      [
        [false, 1, 'a'],
        [true, 1, 'b'],
      ],
    ],
    // An emoji is one character for Python and two for JavaScript.
    [
      '\u{1f600}b',
      [1, 1, 1, 1, 0],
      [
        [true, 1, '\u{1f600}'],
        [false, 1, 'b'],
      ],
    ],
    // A character with only some trained bytes is not trained.
    [
      'a\u00e4b',
      [1, 1, 0, 1],
      [
        [true, 1, 'a'],
        [false, 1, '\u00e4'],
        [true, 1, 'b'],
      ],
    ],
  ])('are right for %j with byte masks %j', (text, trained, wanted) => {
    expect(runsOf(text, trained)).toEqual(wanted);
  });

  it('join to the text, and neighbours differ', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.nat(1)), (written, bits) => {
        const whole = Buffer.from(written.toWellFormed(), 'utf8');
        const trained = Uint8Array.from([...bits.take(whole.byteLength)]);
        const runs = textRuns(whole, trained);
        expect(runs.map((run) => run.content).join('')).toBe(whole.toString('utf8'));
        for (const [position, run] of runs.entries()) {
          expect(run.characters).toBe([...run.content].length);
          expect(runs[position + 1]?.trained).not.toBe(run.trained);
        }
      }),
    );
  });
});
