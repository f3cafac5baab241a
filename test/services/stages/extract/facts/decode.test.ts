/** Bytes to text: every encoding that sources come in, with the lines of the file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSource } from '../../../../../services/stages/extract/facts/decode.ts';

const text = 'class Añejo:\r\n    pass\n';

function bigEndian(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

describe('decodeSource', () => {
  const wide = Buffer.from(text, 'utf16le');
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', wide],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 the other way round', bigEndian(wide)],
    ['UTF-16 the other way round, with a mark', bigEndian(Buffer.from(`\uFEFF${text}`, 'utf16le'))],
    ['Latin-1', Buffer.from(text, 'latin1')],
  ])('%s', (_, bytes) => {
    expect(decodeSource(bytes)).toBe(text);
  });

  it('is no text where NUL and invalid UTF-8 meet, and empty where there is nothing', () => {
    expect(decodeSource(Buffer.from([0, 0x80, 1, 2, 3]))).toBeNull();
    expect(decodeSource(Buffer.alloc(0))).toBe('');
  });

  it('gives back any valid text, save for its mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        fc.pre(!any.includes('\0'));
        expect(decodeSource(Buffer.from(any))).toBe(any.replace(/^\uFEFF/, ''));
      }),
    );
  });
});
