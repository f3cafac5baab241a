/**
 * Parquet files of rows of any kind, in row groups of bounded size (lists.ts writes packs). Lists
 * have Parquet's three levels and nothing is nullable, so that every reader sees plain lists.
 */
import { zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Compression } from '../../format.ts';

type Primitive = 'INT32' | 'BOOLEAN' | 'BYTE_ARRAY';

interface SchemaElement {
  readonly name: string;
  readonly type?: Primitive;
  readonly converted_type?: 'UTF8' | 'INT_8' | 'LIST';
  readonly repetition_type?: 'REQUIRED' | 'REPEATED';
  readonly num_children?: number;
}

/** A column: its part of the schema, and how to get its value from a row. */
export interface Column<Row> {
  readonly name: string;
  readonly schema: readonly SchemaElement[];
  readonly value: (row: Row) => unknown;
}

const scalars = {
  int32: { type: 'INT32' },
  int8: { type: 'INT32', converted_type: 'INT_8' },
  bool: { type: 'BOOLEAN' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
} as const;

export type Scalar = keyof typeof scalars;

export function scalarElement(name: string, scalar: Scalar): SchemaElement {
  return { name, repetition_type: 'REQUIRED', ...scalars[scalar] };
}

/** A list whose elements are one scalar, or a struct of several. */
export function listElements(
  name: string,
  item: Scalar | Readonly<Record<string, Scalar>>,
): SchemaElement[] {
  const fields = typeof item === 'string' ? null : Object.entries(item);
  const element =
    typeof item === 'string'
      ? scalarElement('element', item)
      : {
          name: 'element',
          repetition_type: 'REQUIRED' as const,
          num_children: Object.keys(item).length,
        };
  return [
    { name, repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    element,
    ...(fields ?? []).map(([field, scalar]) => scalarElement(field, scalar)),
  ];
}

export const createdBy = 'backstory';

/** The root of the schema, the parent of all columns. */
export function rootElement(columns: number): SchemaElement {
  return { name: 'root', num_children: columns };
}

/** Rows per group at most; a reader in random order loads a whole group for each row. */
export const groupRowsMax = 16;

/** One file. Column values are made group by group, so that only one group is in memory. */
export function parquetFile<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  compression: Compression,
): Uint8Array {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [rootElement(columns.length), ...columns.flatMap((column) => [...column.schema])],
    codec: compression === 'zstd' ? 'ZSTD' : 'UNCOMPRESSED',
    compressors: { ZSTD: (page) => zstdCompressSync(page) },
    statistics: false,
    createdBy,
  });
  for (let start = 0; start < rows.length; start += groupRowsMax) {
    const group = rows.slice(start, start + groupRowsMax);
    const columnData = columns.map(({ name, value }) => ({ name, data: group.map(value) }));
    writer.write({ columnData, rowGroupSize: groupRowsMax });
  }
  writer.finish();
  return bytes.getBytes();
}
