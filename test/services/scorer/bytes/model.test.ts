/** The byte model gives true probabilities, can be restored exactly, and learns repetition. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteModel } from '../../../../services/scorer/bytes/model.ts';
import { primer } from '../../../../services/scorer/bytes/primer.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Probability of every byte after a text, each coded from the same state. */
function byteProbabilities(model: ByteModel): number[] {
  const state = model.save();
  return Array.from({ length: 256 }, (_unused, byte) => {
    model.restore(state);
    return 2 ** -model.code(Uint8Array.of(byte));
  });
}

test.each([
  ['nothing', ''],
  ['one byte', 'a'],
  ['a long run', 'ab'.repeat(3000)],
  ['code, with a match under way', `${primer}${primer.slice(0, 700)}`],
  ['bytes that are no text', String.fromCodePoint(0, 1, 0x10ffff, 0xfffd).repeat(50)],
])('the 256 byte probabilities sum to one after %s', (_name, text) => {
  const model = new ByteModel();
  model.code(encode(text));
  const probabilities = byteProbabilities(model);
  expect(Math.min(...probabilities)).toBeGreaterThan(0);
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
});

test('property: bits are finite and positive, and equal for a fresh and a restored model', () => {
  const restored = new ByteModel();
  const start = restored.save();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
      restored.restore(start);
      const bits = restored.code(bytes);
      expect(Number.isFinite(bits)).toBe(true);
      expect(bits).toBeGreaterThan(0);
      expect(new ByteModel().code(bytes)).toBe(bits);
    }),
    { numRuns: 25, seed: 7 },
  );
});

test('bits add up over the parts of a text', () => {
  const whole = new ByteModel().code(encode(primer));
  const parts = new ByteModel();
  const bits = parts.code(encode(primer.slice(0, 1000))) + parts.code(encode(primer.slice(1000)));
  expect(bits).toBeCloseTo(whole, 6);
});

test.each(['services/runtime/stage.ts', 'schemas/topology.ts', 'services/runtime/store/blobs.ts'])(
  'after the primer, %s needs fewer bits than gzip and brotli need',
  (path) => {
    const code = readFileSync(new URL(`../../../../${path}`, import.meta.url));
    const model = new ByteModel();
    model.code(encode(primer));
    const bits = model.code(code);
    expect(bits).toBeLessThan(8 * gzipSync(code, { level: 9 }).length);
    expect(bits).toBeLessThan(8 * brotliCompressSync(code).length);
  },
);

test('random bytes cost about eight bits each, never much more', () => {
  // A fixed linear congruence: incompressible for this model.
  let value = 1;
  const bytes = Uint8Array.from({ length: 20_000 }, () => {
    value = (Math.imul(value, 1664525) + 1013904223) | 0;
    return value >>> 24;
  });
  const perByte = new ByteModel().code(bytes) / bytes.length;
  expect(perByte).toBeGreaterThan(7.9);
  expect(perByte).toBeLessThan(8.6);
});

test('a repeated text costs next to nothing', () => {
  const model = new ByteModel();
  const first = model.code(encode(primer));
  expect(model.code(encode(primer))).toBeLessThan(first / 20);
});

test('gives the recorded bits for a fixed text', () => {
  // A change here changes every score: raise bytesScorerVersion with it.
  expect(new ByteModel().code(encode(primer))).toBeCloseTo(14174.792794253117, 6);
});
