/** Messages are read in protobuf's encoding, with any other fields between the wanted ones. */
import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import {
  messagesAt,
  numberAt,
  readMessage,
  textAt,
} from '../../../../../scripts/bench/structure/judges/protobuf.ts';

const tag = (number: number, wire: number) => Buffer.from([number * 8 + wire]);
const bytes = (number: number, content: Uint8Array) =>
  Buffer.concat([tag(number, 2), Buffer.from([content.length]), content]);
const text = (number: number, content: string) => bytes(number, Buffer.from(content));
const varint = (number: number, ...content: number[]) =>
  Buffer.concat([tag(number, 0), Buffer.from(content)]);

describe('protobuf', () => {
  test('texts, numbers and messages are found by their numbers', () => {
    const inner = (name: string) => Buffer.concat([text(1, name), varint(2, 7)]);
    const message = readMessage(
      Buffer.concat([
        bytes(3, inner('a')),
        text(1, 'é'),
        varint(2, 0xac, 0x02),
        bytes(3, inner('b')),
      ]),
    );
    expect(textAt(message, 1)).toBe('é');
    expect(numberAt(message, 2)).toBe(300);
    expect(messagesAt(message, 3).map((each) => [textAt(each, 1), numberAt(each, 2)])).toEqual([
      ['a', 7],
      ['b', 7],
    ]);
  });

  test('numbers beyond 32 bits are exact', () => {
    // 2 ** 40 + 1 in groups of seven bits, the least significant first.
    const message = readMessage(varint(1, 0x81, 0x80, 0x80, 0x80, 0x80, 0x20));
    expect(numberAt(message, 1)).toBe(2 ** 40 + 1);
  });

  test('fields of fixed width are passed over, absent ones are empty', () => {
    const wide = Buffer.concat([
      tag(4, 1),
      Buffer.alloc(8, 0xff),
      tag(5, 5),
      Buffer.alloc(4, 0xff),
    ]);
    const message = readMessage(Buffer.concat([wide, text(1, 'a')]));
    expect(textAt(message, 1)).toBe('a');
    expect(textAt(message, 2)).toBe('');
    expect(numberAt(message, 2)).toBe(0);
    expect(messagesAt(message, 2)).toEqual([]);
    expect(readMessage(new Uint8Array())).toEqual([]);
  });
});
