/** Packing: best fit, bounded, deterministic, nothing lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bin,
  createPacker,
  type PackLimits,
} from '../../../../../services/stages/sink/pack/pack.ts';

interface Item {
  readonly tokens: number;
  readonly name: number;
}

const limits: PackLimits = { contextLength: 100, openPacksMax: 3, sealFreeTokensMax: 5 };

function pack(
  sizes: readonly number[],
  given = limits,
): { sealed: Bin<Item>[]; rest: Bin<Item>[] } {
  const packer = createPacker<Item>(given);
  const sealed = sizes.flatMap((tokens, name) => packer.add({ tokens, name }));
  return { sealed, rest: packer.flush() };
}

const shape = (bins: readonly Bin<Item>[]) => bins.map((bin) => bin.pieces.map((it) => it.tokens));

describe('createPacker', () => {
  it.each([
    ['puts a piece where it leaves the least room', [50, 60, 35], [[60, 35]], [[50]]],
    ['opens a bin when nothing fits', [50, 60], [], [[50], [60]]],
    ['seals a bin that is nearly full', [95], [[95]], []],
    ['seals the fullest when too many are open', [60, 70, 65, 61], [[70]], [[60], [65], [61]]],
    ['the oldest of equals is filled first', [60, 60, 30], [], [[60, 30], [60]]],
  ])('%s', (_name, sizes, sealed, rest) => {
    const packed = pack(sizes);
    expect(shape(packed.sealed)).toEqual(sealed);
    expect(shape(packed.rest)).toEqual(rest);
  });

  it('packs open bins anew at the end where that takes fewer', () => {
    const packer = createPacker<Item>({ ...limits, openPacksMax: 9 });
    for (const [name, tokens] of [30, 30, 70, 70, 60].entries()) packer.add({ tokens, name });
    // One by one: [30 30] leaves no room for 70, [70] none for 70, and so on.
    expect(shape(packer.open())).toEqual([[30, 30], [70], [70], [60]]);
    expect(shape(packer.flush())).toEqual([[70, 30], [70, 30], [60]]);
    expect(packer.open()).toEqual([]);
  });

  it('refuses a piece longer than the context', () => {
    expect(() => pack([101])).toThrow('longer than the context');
  });

  it('places every piece once, within the limits (any pieces)', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 200 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 8 }), (pieces, openPacksMax) => {
        const packer = createPacker<Item>({ ...limits, openPacksMax });
        const bins: Bin<Item>[] = [];
        for (const [name, tokens] of pieces.entries()) {
          bins.push(...packer.add({ tokens, name }));
          expect(packer.open().length).toBeLessThanOrEqual(openPacksMax);
        }
        const open = packer.open().length;
        const rest = packer.flush();
        expect(rest.length).toBeLessThanOrEqual(open);
        bins.push(...rest);
        const names = bins.flatMap((bin) => bin.pieces.map((piece) => piece.name));
        expect(names.sort((a, b) => a - b)).toEqual([...pieces.keys()]);
        for (const bin of bins) {
          const tokens = bin.pieces.reduce((total, piece) => total + piece.tokens, 0);
          expect(bin.tokens).toBe(tokens);
          expect(tokens).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
