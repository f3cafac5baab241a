/**
 * Parquet files whose columns are lists of integers, straight from typed arrays: a page per row,
 * plain values for tokens, runs for masks. The library's own writer sends each value through a
 * generic record shredder and takes twenty times as long; only its Thrift code is used here.
 */
import { zstdCompressSync } from 'node:zlib';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import type { Compression } from '../../format.ts';
import { rawBytes } from '../../masks.ts';
import { createdBy, groupRowsMax, listElements, rootElement } from './file.ts';

type Metadata = Parameters<typeof writeMetadata>[1];
type ColumnChunk = Metadata['row_groups'][number]['columns'][number];

/** A column of plain values, or of a mask (0 or 1, as int8) that is stored as runs. */
export type ListColumn<Row> = { readonly name: string } & (
  | { readonly kind: 'values'; readonly value: (row: Row) => Int32Array }
  | { readonly kind: 'mask'; readonly value: (row: Row) => Uint8Array }
);

/** One file; no list may be empty. */
export function parquetOfLists<Row>(
  rows: readonly Row[],
  columns: readonly ListColumn<Row>[],
  compression: Compression,
): Uint8Array {
  const file = new ByteWriter(1 << 20);
  file.appendBytes(magic);
  const groups: Metadata['row_groups'] = [];
  for (let start = 0; start < rows.length; start += groupRowsMax) {
    const group = rows.slice(start, start + groupRowsMax);
    const chunks = columns.map((column) => writeChunk(file, group, column, compression));
    const sum = (pick: 'total_uncompressed_size' | 'total_compressed_size') =>
      chunks.reduce((total, { meta_data }) => total + (meta_data?.[pick] ?? 0n), 0n);
    groups.push({
      columns: chunks,
      total_byte_size: sum('total_uncompressed_size'),
      total_compressed_size: sum('total_compressed_size'),
      num_rows: BigInt(group.length),
    });
  }
  const elements = columns.map(({ name, kind }) =>
    listElements(name, kind === 'mask' ? 'int8' : 'int32'),
  );
  writeMetadata(file, {
    version: 2,
    schema: [rootElement(columns.length), ...elements.flat()],
    num_rows: BigInt(rows.length),
    row_groups: groups,
    created_by: createdBy,
    metadata_length: 0,
  });
  file.appendBytes(magic);
  return file.getBytes();
}

const magic = Buffer.from('PAR1', 'latin1');

/** The values of one column in one row group. */
function writeChunk<Row>(
  file: ByteWriter,
  rows: readonly Row[],
  column: ListColumn<Row>,
  compression: Compression,
): ColumnChunk {
  const start = file.offset;
  const encoding = column.kind === 'mask' ? 'RLE_DICTIONARY' : 'PLAIN';
  let uncompressed = 0;
  let values = 0;
  if (column.kind === 'mask') uncompressed += writeMaskDictionary(file, compression);
  const firstPage = file.offset;
  for (const row of rows) {
    const list = column.value(row);
    if (list.length === 0) throw new Error(`an empty list in column ${column.name}`);
    const body = column.kind === 'mask' ? maskRuns(column.value(row)) : rawBytes(list);
    uncompressed += writePage(file, list.length, encoding, body, compression);
    values += list.length;
  }
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: 'INT32',
      encodings: encoding === 'PLAIN' ? ['PLAIN', 'RLE'] : ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
      path_in_schema: [column.name, 'list', 'element'],
      codec: compression === 'zstd' ? 'ZSTD' : 'UNCOMPRESSED',
      num_values: BigInt(values),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(file.offset - start),
      data_page_offset: BigInt(firstPage),
      ...(encoding === 'PLAIN' ? {} : { dictionary_page_offset: BigInt(start) }),
    },
  };
}

/** Writes a page with one row. Returns its size before compression, header included. */
function writePage(
  file: ByteWriter,
  values: number,
  encoding: 'PLAIN' | 'RLE_DICTIONARY',
  body: Uint8Array,
  compression: Compression,
): number {
  // Repetition: 0 at the value that begins the row, then 1. Definition: 1, as no value is null.
  const repetition = runs([[1, 0], ...(values > 1 ? [[values - 1, 1] as const] : [])]);
  const definition = runs([[values, 1]]);
  const levels = repetition.byteLength + definition.byteLength;
  const stored = compress(body, compression);
  const start = file.offset;
  writePageHeader(file, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels + body.byteLength,
    compressed_page_size: levels + stored.byteLength,
    data_page_header_v2: {
      num_values: values,
      num_nulls: 0,
      num_rows: 1,
      encoding,
      definition_levels_byte_length: definition.byteLength,
      repetition_levels_byte_length: repetition.byteLength,
      is_compressed: compression !== 'none',
    },
  });
  const header = file.offset - start;
  for (const part of [repetition, definition, stored]) file.appendBytes(part);
  return header + levels + body.byteLength;
}

/** The dictionary [0, 1]: an index into it is the value itself. */
function writeMaskDictionary(file: ByteWriter, compression: Compression): number {
  const body = rawBytes(Int32Array.of(0, 1));
  const stored = compress(body, compression);
  const start = file.offset;
  writePageHeader(file, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: body.byteLength,
    compressed_page_size: stored.byteLength,
    dictionary_page_header: { num_values: 2, encoding: 'PLAIN' },
  });
  const header = file.offset - start;
  file.appendBytes(stored);
  return header + body.byteLength;
}

/** A mask as the body of a dictionary-encoded page: the index width in bits, then runs. */
function maskRuns(mask: Uint8Array): Uint8Array {
  const changes: [count: number, value: number][] = [];
  for (let start = 0; start < mask.length; ) {
    const value = mask[start] ?? 0;
    const change = mask.indexOf(1 - value, start);
    const end = change === -1 ? mask.length : change;
    changes.push([end - start, value]);
    start = end;
  }
  return Buffer.concat([Uint8Array.of(1), runs(changes)]);
}

/** Runs of one-bit values in Parquet's hybrid encoding: twice the count as a varint, the value. */
function runs(parts: readonly (readonly [count: number, value: number])[]): Uint8Array {
  const writer = new ByteWriter(16);
  for (const [count, value] of parts) {
    writer.appendVarInt(count << 1);
    writer.appendUint8(value);
  }
  return writer.getBytes();
}

function compress(bytes: Uint8Array, compression: Compression): Uint8Array {
  return compression === 'zstd' ? zstdCompressSync(bytes) : bytes;
}
