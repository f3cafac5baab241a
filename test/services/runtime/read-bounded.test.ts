/** Lines of a stream: the same wherever the stream is cut, and bounded whatever it holds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesWithin } from '../../../services/runtime/read-bounded.ts';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function allOf(lines: AsyncIterable<string | null>): Promise<(string | null)[]> {
  const found = [];
  for await (const line of lines) found.push(line);
  return found;
}

test('wherever the stream is cut, also within a letter', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '漢', ' ', '\r'), maxLength: 12 });
  const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));
  const sizes = fc.array(fc.nat(9), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(text, sizes, fc.nat(20), async (whole, chunks, most) => {
      const expected = whole
        .split('\n')
        .map((each) => (Buffer.byteLength(each) > most ? null : each.trim()))
        .filter((each) => each !== '');
      const found = linesWithin(cut(Buffer.from(whole), chunks), most);
      expect(await allOf(found)).toEqual(expected);
    }),
  );
});

test('a line without end is not kept', async () => {
  const piece = Buffer.alloc(1024 * 1024, 97);
  async function* endless() {
    for (let count = 0; count < 256; count += 1) yield piece;
    yield Buffer.from('\nlast');
  }
  const before = process.memoryUsage().arrayBuffers;
  expect(await allOf(linesWithin(endless(), 4096))).toEqual([null, 'last']);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
});
