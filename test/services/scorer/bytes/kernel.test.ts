/** The kernel gives the numbers of the plain model, bit for bit, and leaves the same state. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteModel } from '../../../../services/scorer/bytes/model.ts';
import { primer } from '../../../../services/scorer/bytes/primer.ts';
import { PlainByteModel } from './plain-model.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Bits of every byte of each text, and their sum. */
function coded(model: ByteModel | PlainByteModel, texts: readonly Uint8Array[]) {
  return texts.map((text) => {
    const bits = new Float64Array(text.length);
    return { bits, sum: model.code(text, bits) };
  });
}

test.each([
  ['the primer and the code of the model', [primer, readCode('model.ts'), readCode('history.ts')]],
  ['long matches, and their ends', [`${primer.slice(0, 900)}x`.repeat(4), 'ab'.repeat(2000)]],
  [
    'texts around the size of a block',
    ['', 'a', 'b'.repeat(255), 'c'.repeat(256), 'd'.repeat(257)],
  ],
  ['bytes that are no text', [String.fromCodePoint(0, 1, 0x10ffff, 0xfffd).repeat(99)]],
])('every byte has the bits of the plain model: %s', (_name, texts) => {
  const bytes = texts.map(encode);
  expect(coded(new ByteModel(), bytes)).toEqual(coded(new PlainByteModel(), bytes));
});

function readCode(file: string): string {
  return readFileSync(
    new URL(`../../../../services/scorer/bytes/${file}`, import.meta.url),
    'utf8',
  );
}

test('property: any bytes have the bits of the plain model, from any state of both', () => {
  const [kernel, plain] = [new ByteModel(), new PlainByteModel()];
  const few = fc.uint8Array({ maxLength: 700, max: 3 });
  const texts = fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), few), { maxLength: 3 });
  fc.assert(
    fc.property(texts, (parts) => {
      for (const part of parts) expect(kernel.code(part)).toBe(plain.code(part));
    }),
    { numRuns: 40, seed: 11 },
  );
  const [learnt, ofPlain] = [kernel.save(), plain.save()];
  expect(Buffer.compare(learnt, ofPlain)).toBe(0);
});
