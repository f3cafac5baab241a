/** Reads a SCIP index (github.com/sourcegraph/scip): the occurrences of symbols by document. */
import { readFile } from 'node:fs/promises';

export interface Occurrence {
  readonly symbol: string;
  /** From 0. */
  readonly line: number;
  readonly isDefinition: boolean;
}

export interface Document {
  readonly path: string;
  readonly occurrences: readonly Occurrence[];
}

const definitionRole = 1;

export async function readScip(path: string): Promise<Document[]> {
  const index = fieldsOf(await readFile(path));
  return messages(index, 2).map((document) => ({
    path: textAt(document, 1),
    occurrences: messages(document, 2).map((occurrence) => ({
      symbol: textAt(occurrence, 2),
      line: numbersIn(bytesAt(occurrence, 1))[0] ?? 0,
      isDefinition: (numberAt(occurrence, 3) & definitionRole) !== 0,
    })),
  }));
}

/** One field of a protobuf message: a number, or bytes. */
type Field = readonly [number: number, value: number | Uint8Array];

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = varint(reader);
    const kind = key % 8;
    const number = Math.floor(key / 8);
    if (kind === 0) fields.push([number, varint(reader)]);
    else if (kind === 2) {
      const length = varint(reader);
      fields.push([number, bytes.subarray(reader.at, reader.at + length)]);
      reader.at += length;
    } else reader.at += kind === 5 ? 4 : 8;
  }
  return fields;
}

function varint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let [value, scale, byte] = [0, 1, 0];
  do {
    byte = reader.bytes[reader.at] ?? 0;
    reader.at += 1;
    value += (byte & 0x7f) * scale;
    scale *= 128;
  } while (byte >= 0x80);
  return value;
}

function numbersIn(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (const reader = { bytes, at: 0 }; reader.at < bytes.length; ) numbers.push(varint(reader));
  return numbers;
}

function messages(fields: readonly Field[], wanted: number): Field[][] {
  return fields.flatMap(([number, value]) =>
    number === wanted && typeof value !== 'number' ? [fieldsOf(value)] : [],
  );
}

function bytesAt(fields: readonly Field[], wanted: number): Uint8Array {
  const value = fields.find(([number]) => number === wanted)?.[1];
  return value === undefined || typeof value === 'number' ? new Uint8Array() : value;
}

function textAt(fields: readonly Field[], wanted: number): string {
  return Buffer.from(bytesAt(fields, wanted)).toString('utf8');
}

function numberAt(fields: readonly Field[], wanted: number): number {
  const value = fields.find(([number]) => number === wanted)?.[1];
  return typeof value === 'number' ? value : 0;
}
