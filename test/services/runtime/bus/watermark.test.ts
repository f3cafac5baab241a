/** Contiguous commits and their metadata, for records that finish in any order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeDone,
  encodeDone,
  metadataBytesMax,
  Watermark,
} from '../../../../services/runtime/bus/watermark.ts';

describe('watermark', () => {
  it('moves only over contiguous done offsets', () => {
    const watermark = new Watermark(5);
    watermark.complete(6);
    expect(watermark.next).toBe(5);
    expect(watermark.isDone(6)).toBe(true);
    watermark.complete(5);
    expect(watermark.next).toBe(7);
    watermark.complete(3);
    expect(watermark.next).toBe(7);
  });

  it('is restored from its metadata after a restart, whichever records finished', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.uniqueArray(fc.nat(300)), (start, relative) => {
        const before = new Watermark(start);
        for (const offset of relative) before.complete(start + offset);
        const after = new Watermark(before.next, decodeDone(before.next, before.metadata()));
        expect(after.next).toBe(before.next);
        for (let offset = start; offset < start + 302; offset += 1) {
          expect(after.isDone(offset)).toBe(before.isDone(offset));
        }
      }),
    );
  });

  it('keeps to the metadata limit by forgetting later offsets, and never invents one', () => {
    const done = new Set(Array.from({ length: 5000 }, (_, index) => 1 + index * 2));
    const metadata = encodeDone(0, done);
    expect(Buffer.byteLength(metadata)).toBeLessThanOrEqual(metadataBytesMax);
    const decoded = decodeDone(0, metadata);
    expect(decoded.length).toBeGreaterThan(900);
    expect(decoded).toEqual([...done].slice(0, decoded.length));
  });

  it('reads unreadable metadata as no done offsets', () => {
    expect(decodeDone(0, 'not metadata')).toEqual([]);
    expect(decodeDone(0, '')).toEqual([]);
  });
});
