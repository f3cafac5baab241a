/** MDS shards have exact bytes, and decoding finds damage in any place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeShard, encodeSample, encodeShard, MdsError, type Pack } from '../../schemas/mds.ts';

const small: Pack = {
  domain: 'd',
  indices: [
    [0, 2],
    [2, 3],
  ],
  inputIds: Uint32Array.of(1, 70_000, 3),
  mask: Uint8Array.of(0, 1, 1),
};

describe('encodeSample', () => {
  it('lays a row out as the byte table says', () => {
    const expected = [
      '01000000 13000000 0e000000 05000000', // sizes of domain, indices, input_ids, mask
      '64', // domain
      '08 02 02 00000000 02000000 02000000 03000000', // two axes, one byte each: 2 x 2
      '04 03 01000000 70110100 03000000', // one axis: 3
      '0300000000000000', // length
      '04 03 00 01 01', // mask
    ];
    expect(encodeSample(small).toString('hex')).toBe(expected.join('').replaceAll(' ', ''));
  });

  it.each<[string, Partial<Pack>]>([
    ['no tokens', { inputIds: new Uint32Array(0), mask: new Uint8Array(0), indices: [] }],
    ['a mask of another length', { mask: Uint8Array.of(1) }],
    [
      'a gap between pieces',
      {
        indices: [
          [0, 1],
          [2, 3],
        ],
      },
    ],
    ['pieces that end early', { indices: [[0, 2]] }],
    [
      'an empty piece',
      {
        indices: [
          [0, 0],
          [0, 3],
        ],
      },
    ],
  ])('refuses %s', (_name, change) => {
    expect(() => encodeSample({ ...small, ...change })).toThrow(MdsError);
  });
});

const arbitraryPack = fc
  .record({
    domain: fc.string(),
    lengths: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
    seed: fc.nat(),
  })
  .map(({ domain, lengths, seed }): Pack => {
    let end = 0;
    const indices = lengths.map((length) => {
      end += length;
      return [end - length, end] as const;
    });
    const inputIds = Uint32Array.from({ length: end }, (_, i) => (i * 2_654_435_761 + seed) >>> 0);
    return { domain, indices, inputIds, mask: Uint8Array.from(inputIds, (id) => id & 1) };
  });

describe('encodeShard and decodeShard', () => {
  it('are inverse for any packs', () => {
    fc.assert(
      fc.property(fc.array(arbitraryPack, { minLength: 1, maxLength: 5 }), (packs) => {
        expect(decodeShard(encodeShard(packs.map(encodeSample)))).toEqual(packs);
      }),
    );
  });

  it('refuse a shard that is cut at any byte', () => {
    const shard = encodeShard([encodeSample(small), encodeSample(small)]);
    for (let end = 0; end < shard.byteLength; end += 1) {
      expect(() => decodeShard(shard.subarray(0, end))).toThrow(MdsError);
    }
    expect(() => decodeShard(Buffer.concat([shard, Buffer.from([0])]))).toThrow(MdsError);
  });

  it('turn any bytes into packs or an MdsError, never another error', () => {
    const shard = encodeShard([encodeSample(small)]);
    fc.assert(
      fc.property(fc.nat(shard.byteLength - 1), fc.nat(255), (position, value) => {
        const changed = Buffer.from(shard);
        changed[position] = value;
        try {
          decodeShard(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(MdsError);
        }
      }),
    );
  });
});
