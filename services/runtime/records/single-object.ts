/**
 * Avro's single-object encoding, for bodies stored alone in the blob store: C3 01, the writer's
 * schema as the CRC-64-AVRO of its canonical form, little-endian, then the data. A record names its
 * schema in its frame and asks the registry; a body outlives both, so the schemas that wrote it
 * must be known here.
 */
import type avro from 'avsc';
import { bodyType, bodyWriters } from '../../../schemas/avro.ts';
import type { TopicBodies } from '../../../schemas/generated/types.ts';
import type { TopicName } from '../../../schemas/topology.ts';
import { PipelineError } from '../errors.ts';

const marker = Buffer.from([0xc3, 0x01]);
const headerBytes = marker.byteLength + 8;

/** The constant EMPTY of the specification: both the polynomial and the fingerprint of no bytes. */
const empty = 0xc15d213aa4d7a795n;
const table = Array.from({ length: 256 }, (_, byte) => {
  let row = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) row = (row >> 1n) ^ ((row & 1n) === 1n ? empty : 0n);
  return row;
});

/** The header with which a single object of this schema begins. */
export function singleObjectHeader(type: avro.Type): Buffer {
  let fingerprint = empty;
  for (const byte of Buffer.from(JSON.stringify(type.schema()), 'utf8')) {
    const row = table[Number(fingerprint & 0xffn) ^ byte] as bigint;
    fingerprint = (fingerprint >> 8n) ^ row;
  }
  const header = Buffer.alloc(headerBytes);
  marker.copy(header);
  header.writeBigUInt64LE(fingerprint, marker.byteLength);
  return header;
}

type Decode = (data: Buffer) => unknown;

interface BodyFormat {
  readonly header: Buffer;
  /** Decoders of every schema that may have written a body, by its header in hexadecimal. */
  readonly decoders: ReadonlyMap<string, Decode>;
}

const formats = new Map<TopicName, BodyFormat>();

function formatOf(topic: TopicName): BodyFormat {
  const known = formats.get(topic);
  if (known !== undefined) return known;
  const reader = bodyType(topic);
  const header = singleObjectHeader(reader);
  const decoders = new Map<string, Decode>();
  for (const writer of bodyWriters(topic)) {
    const resolver = reader.createResolver(writer);
    const key = singleObjectHeader(writer).toString('hex');
    decoders.set(key, (data) => reader.fromBuffer(data, resolver) as unknown);
  }
  // Set last, so that bodies of the current schema are read without a resolver.
  decoders.set(header.toString('hex'), (data) => reader.fromBuffer(data) as unknown);
  const format = { header, decoders };
  formats.set(topic, format);
  return format;
}

/** The body must fit its schema. */
export function encodeSingleObject<Topic extends TopicName>(
  topic: Topic,
  body: TopicBodies[Topic],
): Buffer {
  return Buffer.concat([formatOf(topic).header, bodyType(topic).toBuffer(body)]);
}

/**
 * RECORD_INVALID when the bytes are no body of the topic, SCHEMA_MISSING when their schema is
 * unknown.
 */
export function decodeSingleObject<Topic extends TopicName>(
  topic: Topic,
  bytes: Buffer,
  name: string,
): TopicBodies[Topic] {
  const isSingleObject =
    bytes.byteLength >= headerBytes && bytes.subarray(0, marker.byteLength).equals(marker);
  if (!isSingleObject) throw invalidBody(topic, name, 'it names no schema (Avro single object)');
  const header = bytes.subarray(0, headerBytes);
  const decode = formatOf(topic).decoders.get(header.toString('hex'));
  if (decode === undefined) {
    const fingerprint = header.readBigUInt64LE(marker.byteLength).toString(16).padStart(16, '0');
    throw new PipelineError(
      'SCHEMA_MISSING',
      `blob ${name}, a body of ${topic}, was written with a schema (CRC-64-AVRO ${fingerprint}) that is neither this program's nor in schemas/released; run the version that wrote it, or a later one`,
      { subject: topic },
    );
  }
  try {
    return decode(bytes.subarray(headerBytes)) as TopicBodies[Topic];
  } catch (error) {
    throw invalidBody(topic, name, (error as Error).message, error);
  }
}

function invalidBody(topic: TopicName, name: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError('RECORD_INVALID', `blob ${name} is not a body of ${topic}: ${why}`, {
    subject: topic,
    cause,
  });
}
