/**
 * Reads protobuf messages by the numbers of their fields, without a schema: of the indices that the
 * judges write, only a few fields are wanted.
 */

/** One field of a message: a number, or bytes, which may be a text or a message in turn. */
export type Field = readonly [number: number, value: number | Uint8Array];
export type Message = readonly Field[];

/** Fields of the two fixed widths are passed over. */
export function readMessage(bytes: Uint8Array): Message {
  const fields: Field[] = [];
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const wire = key % 8;
    const number = Math.floor(key / 8);
    if (wire === 0) fields.push([number, readVarint(reader)]);
    else if (wire === 2) {
      const length = readVarint(reader);
      fields.push([number, bytes.subarray(reader.at, reader.at + length)]);
      reader.at += length;
    } else reader.at += wire === 5 ? 4 : 8;
  }
  return fields;
}

function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let [value, scale, byte] = [0, 1, 0];
  do {
    byte = reader.bytes[reader.at] ?? 0;
    reader.at += 1;
    value += (byte & 0x7f) * scale;
    scale *= 128;
  } while (byte >= 0x80);
  return value;
}

export function messagesAt(message: Message, wanted: number): Message[] {
  return message.flatMap(([number, value]) =>
    number === wanted && typeof value !== 'number' ? [readMessage(value)] : [],
  );
}

/** Empty where the field is absent. */
export function textAt(message: Message, wanted: number): string {
  return Buffer.from(bytesAt(message, wanted)).toString('utf8');
}

/** 0 where the field is absent. */
export function numberAt(message: Message, wanted: number): number {
  const value = message.find(([number]) => number === wanted)?.[1];
  return typeof value === 'number' ? value : 0;
}

function bytesAt(message: Message, wanted: number): Uint8Array {
  const value = message.find(([number]) => number === wanted)?.[1];
  return value === undefined || typeof value === 'number' ? new Uint8Array() : value;
}
