/** A place is a line that is hard although the context helps; there are few of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inferableShareMin, placesOf } from '../../../../services/stages/search/places.ts';

/** Lines of 100 bytes, a token each. */
function lines(bits: readonly number[]) {
  return bits.map((each, index) => ({ end: 100 * (index + 1), bits: each }));
}
const codeOf = (count: number) => `${'x'.repeat(99)}\n`.repeat(count);

test.each([
  ['hard, and the context helps', [10, 90, 10], [10, 120, 10], [2]],
  ['hard, but no context helps: a new name', [10, 90, 10], [10, 92, 10], []],
  ['the context helps, but the line is easy', [50, 50, 50], [90, 90, 90], []],
  [
    'of several the hardest, in the order of the code',
    [70, 1, 80, 1, 90, 1],
    Array(6).fill(200),
    [3, 5],
  ],
  ['nothing needs any bits', [0, 0, 0], [0, 0, 0], []],
])('%s', (_name, bits, bare, places) => {
  const target = codeOf(bits.length);
  const bytesPerPlace = bits.length === 6 ? 300 : 100;
  expect(placesOf(lines(bits), lines(bare), { bytesPerPlace, target })).toEqual(places);
});

test('code shorter than the bytes of one place has none', () => {
  expect(
    placesOf(lines([1, 9]), lines([9, 99]), { bytesPerPlace: 201, target: codeOf(2) }),
  ).toEqual([]);
  expect(
    placesOf(lines([1, 9]), lines([9, 99]), { bytesPerPlace: 200, target: codeOf(2) }),
  ).toEqual([2]);
});

test('property: at most one place per so many bytes, each hard and inferable, none missed', () => {
  const bits = fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(bits, fc.integer({ min: 1, max: 900 }), (pairs, bytesPerPlace) => {
      const [own, bare] = [pairs.map(([each]) => each), pairs.map(([, each]) => each)];
      const target = codeOf(own.length);
      const places = placesOf(lines(own), lines(bare), { bytesPerPlace, target });
      const most = Math.floor(target.length / bytesPerPlace);
      const needed = own.filter((each) => each > 0);
      const mean = needed.reduce((sum, each) => sum + each, 0) / needed.length;
      const fits = own.flatMap((each, at) =>
        each > mean && each <= (bare[at] ?? 0) * (1 - inferableShareMin) ? [at + 1] : [],
      );
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      expect(places.length).toBe(Math.min(most, fits.length));
      for (const place of places) expect(fits).toContain(place);
      const least = Math.min(...places.map((place) => own[place - 1] ?? 0));
      const left = fits.filter((line) => !places.includes(line));
      for (const line of left) expect(own[line - 1] ?? 0).toBeLessThanOrEqual(least);
    }),
    { numRuns: 200, seed: 5 },
  );
});
