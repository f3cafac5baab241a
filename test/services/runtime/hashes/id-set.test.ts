/** The set of ids agrees with a Set of strings while it grows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdSet } from '../../../../services/runtime/hashes/id-set.ts';

describe('set of ids', () => {
  it('has the same members as a Set of strings', () => {
    const id = fc.string({ maxLength: 2 });
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), fc.array(id, { maxLength: 20 }), (add, ask) => {
        const set = new IdSet();
        const oracle = new Set<string>();
        for (const each of add) {
          expect(set.add(each)).toBe(!oracle.has(each));
          oracle.add(each);
        }
        for (const each of [...add, ...ask]) expect(set.has(each)).toBe(oracle.has(each));
        expect(set.size).toBe(oracle.size);
      }),
      { numRuns: 50 },
    );
  });

  it('grows without losing or inventing one', () => {
    const set = new IdSet();
    // Slots fill to one half and collide on the way; growing moves all of them.
    const ids = Array.from({ length: 20_000 }, (_, index) => `id ${index}`);
    expect(ids.every((id) => set.add(id))).toBe(true);
    expect(ids.some((id) => set.add(id))).toBe(false);
    expect(set.has('id 20000')).toBe(false);
    expect(set.size).toBe(20_000);
  });
});
