/**
 * The shard format: Mosaic's MDS version 2 with ProLong's columns (byte table in shards.md), so
 * that existing loaders read our packs. Encoding is a pure function of the packs; decoding checks
 * everything it can and throws MdsError, because a shard may come from a damaged disk.
 */

/** One row: several pieces packed into at most one context, and which tokens are trained. */
export interface Pack {
  /** Name of the data set. */
  readonly domain: string;
  /** Token spans [start, end) of the pieces, adjacent from 0. */
  readonly indices: readonly (readonly [start: number, end: number])[];
  readonly inputIds: Uint32Array;
  /** 1 where the token is trained (I2); as long as `inputIds`. */
  readonly mask: Uint8Array;
}

/** Tokens that carry loss. */
export function countTrained(mask: Uint8Array): number {
  let trained = 0;
  // By position: a callback per token took ten times as long, and this runs for every token.
  for (let at = 0; at < mask.length; at += 1) trained += mask[at] ?? 0;
  return trained;
}

export class MdsError extends Error {
  override readonly name = 'MdsError';
}

/** Columns in file order, which is name order. A size of null means that it varies. */
export const columns = [
  { name: 'domain', encoding: 'str', size: null },
  { name: 'indices', encoding: 'ndarray:uint32', size: null },
  { name: 'input_ids', encoding: 'ndarray:uint32', size: null },
  { name: 'length', encoding: 'int', size: 8 },
  { name: 'mask', encoding: 'ndarray:uint8', size: null },
] as const;

const shardConfiguration = {
  column_encodings: columns.map((column) => column.encoding),
  column_names: columns.map((column) => column.name),
  column_sizes: columns.map((column) => column.size),
  compression: null,
  format: 'mds',
  hashes: ['sha256'],
  size_limit: null,
  version: 2,
};

const configurationBytes = Buffer.from(JSON.stringify(shardConfiguration), 'utf8');

/** Bytes of a shard of `samples` rows without the rows themselves: count, offsets, columns. */
export function shardOverheadBytes(samples: number): number {
  return 4 + 4 * (samples + 1) + configurationBytes.byteLength;
}

/** One row as it lies in a shard. */
export function encodeSample(pack: Pack): Buffer {
  return Buffer.concat(sampleParts(pack));
}

/** Size of the row that `encodeSample` makes, without making it. */
export function sampleBytes(pack: Pack): number {
  return bytesOf(sampleParts(pack));
}

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

function sampleParts(pack: Pack): Uint8Array[] {
  checkPack(pack);
  const domain = Buffer.from(pack.domain, 'utf8');
  const spans = Uint32Array.from(pack.indices.flat());
  const indices = encodeArray([pack.indices.length, 2], littleEndian(spans));
  const inputIds = encodeArray([pack.inputIds.length], littleEndian(pack.inputIds));
  const mask = encodeArray([pack.mask.length], pack.mask);
  const length = Buffer.alloc(8);
  length.writeBigInt64LE(BigInt(pack.inputIds.length));
  const variable = [[domain], indices, inputIds, mask];
  const sizes = Buffer.alloc(4 * variable.length);
  for (const [position, parts] of variable.entries()) {
    sizes.writeUInt32LE(bytesOf(parts), 4 * position);
  }
  return [sizes, domain, ...indices, ...inputIds, length, ...mask];
}

/** A whole shard from encoded rows. */
export function encodeShard(samples: readonly Buffer[]): Buffer {
  return Buffer.concat([shardHeader(samples.map((sample) => sample.byteLength)), ...samples]);
}

/** What stands before the rows of a shard, from their sizes. */
export function shardHeader(rowBytes: readonly number[]): Buffer {
  const offsets = Buffer.alloc(4 * (rowBytes.length + 2));
  offsets.writeUInt32LE(rowBytes.length, 0);
  let offset = shardOverheadBytes(rowBytes.length);
  offsets.writeUInt32LE(offset, 4);
  for (const [row, bytes] of rowBytes.entries()) {
    offset += bytes;
    if (offset > 0xffffffff) throw new MdsError('a shard cannot be larger than 4 GiB');
    offsets.writeUInt32LE(offset, 4 * (row + 2));
  }
  return Buffer.concat([offsets, configurationBytes]);
}

/** All rows of a shard; throws MdsError at the first byte that does not fit the format. */
export function decodeShard(bytes: Buffer): Pack[] {
  expect(bytes.byteLength >= 8, 'it ends inside its header');
  const rows = bytes.readUInt32LE(0);
  const headerBytes = shardOverheadBytes(rows);
  expect(bytes.byteLength >= headerBytes, 'it ends inside its header');
  const configuration = bytes.subarray(headerBytes - configurationBytes.byteLength, headerBytes);
  expect(
    configuration.equals(configurationBytes),
    'its columns are not those of a backstory shard',
  );
  const offsetOf = (row: number) => bytes.readUInt32LE(4 * (row + 1));
  expect(offsetOf(0) === headerBytes, 'its first row is not where the header ends');
  expect(offsetOf(rows) === bytes.byteLength, 'its last row does not end where the file ends');
  const packs: Pack[] = [];
  for (let row = 0; row < rows; row += 1) {
    const [start, end] = [offsetOf(row), offsetOf(row + 1)];
    expect(start <= end && end <= bytes.byteLength, `the offsets of row ${row} are not in order`);
    packs.push(decodeSample(bytes.subarray(start, end), row));
  }
  return packs;
}

function decodeSample(sample: Buffer, row: number): Pack {
  expect(sample.byteLength >= 16, `row ${row} is too short`);
  let cursor = 16;
  const take = (length: number) => {
    expect(cursor + length <= sample.byteLength, `row ${row} is too short`);
    cursor += length;
    return sample.subarray(cursor - length, cursor);
  };
  const domain = take(sample.readUInt32LE(0)).toString('utf8');
  const spans = decodeArray(take(sample.readUInt32LE(4)), 4, row);
  const tokens = decodeArray(take(sample.readUInt32LE(8)), 4, row);
  const length = Number(take(8).readBigInt64LE());
  const mask = decodeArray(take(sample.readUInt32LE(12)), 1, row);
  expect(cursor === sample.byteLength, `row ${row} has bytes left over`);
  expect(spans.shape.length === 2 && spans.shape[1] === 2, `row ${row} has malformed indices`);
  expect(length === tokens.shape[0], `row ${row} states a length that its tokens do not have`);
  const flat = fromLittleEndian(spans.values);
  const indices = Array.from(
    { length: flat.length / 2 },
    (_, piece) => [flat[2 * piece] ?? 0, flat[2 * piece + 1] ?? 0] as const,
  );
  const pack = {
    domain,
    indices,
    inputIds: fromLittleEndian(tokens.values),
    mask: Uint8Array.from(mask.values),
  };
  checkPack(pack, `row ${row}: `);
  return pack;
}

function checkPack(pack: Pack, where = ''): void {
  expect(pack.inputIds.length > 0, `${where}a pack without tokens`);
  expect(pack.mask.length === pack.inputIds.length, `${where}mask and tokens differ in length`);
  let cursor = 0;
  for (const [start, end] of pack.indices) {
    expect(start === cursor && end > start, `${where}pieces are not adjacent`);
    cursor = end;
  }
  expect(cursor === pack.inputIds.length, `${where}pieces do not cover the tokens`);
}

/** [number of axes and width of a size | size of each axis | values], in the smallest width. */
function encodeArray(shape: readonly number[], values: Uint8Array): [Buffer, Uint8Array] {
  const widthCode = widthCodeOf(Math.max(...shape));
  const width = 1 << widthCode;
  const header = Buffer.alloc(1 + width * shape.length);
  header[0] = (shape.length << 2) | widthCode;
  for (const [axis, size] of shape.entries()) header.writeUIntLE(size, 1 + axis * width, width);
  return [header, values];
}

/** Zero for one byte, one for two, two for four. */
function widthCodeOf(largest: number): number {
  if (largest < 1 << 8) return 0;
  return largest < 1 << 16 ? 1 : 2;
}

function decodeArray(
  bytes: Buffer,
  itemBytes: number,
  row: number,
): { shape: number[]; values: Buffer } {
  const kind = bytes[0] ?? 0;
  const width = 1 << (kind & 3);
  const axes = kind >> 2;
  expect(axes > 0 && width <= 4, `row ${row} has an array of unknown shape`);
  const valuesStart = 1 + axes * width;
  expect(bytes.byteLength >= valuesStart, `row ${row} has an array without its shape`);
  const shape = Array.from({ length: axes }, (_, axis) =>
    bytes.readUIntLE(1 + axis * width, width),
  );
  const items = shape.reduce((product, size) => product * size, 1);
  const values = bytes.subarray(valuesStart);
  expect(values.byteLength === items * itemBytes, `row ${row} has an array of the wrong length`);
  return { shape, values };
}

/**
 * Bytes are copied as they lie, because the format and all supported platforms are little-endian.
 */
function littleEndian(values: Uint32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** Copies, because a column may start at any byte but a Uint32Array must start at a fourth one. */
function fromLittleEndian(bytes: Buffer): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}

/** A shard's entry in `index.json`; the basename is relative to the folder of the index. */
export function shardIndexEntry(
  basename: string,
  bytes: number,
  sha256: string,
  samples: number,
): unknown {
  return {
    ...shardConfiguration,
    raw_data: { basename, bytes, hashes: { sha256 } },
    samples,
    zip_data: null,
  };
}

function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new MdsError(message);
}
