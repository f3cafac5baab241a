/**
 * How records are encoded on the bus. Embedded: bare Avro, because writer and reader are one
 * program. In a cluster: a frame that names the schema of the record (wire-confluent.ts).
 */
import { recordType } from '../../../schemas/avro.ts';
import type { BlobReference, DeadLetterBody, Envelope } from '../../../schemas/generated/types.ts';
import type { TopicName } from '../../../schemas/topology.ts';
import { PipelineError } from '../errors.ts';

/** A record before its body is fetched. */
export interface WireRecord {
  readonly envelope: Envelope;
  /** Null when the body is in the blob store. */
  readonly body: unknown;
  readonly bodyReference: BlobReference | null;
}

/** A dead letter carries its body always. */
export interface DeadLetterRecord extends WireRecord {
  readonly body: DeadLetterBody;
}

/** A topic has its own schema; all dead letters share one. */
export type SchemaName = TopicName | 'dead-letter';

export interface Wire {
  encode(topic: TopicName, record: WireRecord): Uint8Array;
  /** RECORD_INVALID when the bytes are no record of the topic. */
  decode(topic: TopicName, value: Uint8Array): Promise<WireRecord>;
  /** Encodes a record for the topic's dead-letter topic. */
  encodeDeadLetter(topic: TopicName, record: DeadLetterRecord): Uint8Array;
  decodeDeadLetter(topic: TopicName, value: Uint8Array): Promise<DeadLetterRecord>;
}

export const plainWire: Wire = {
  encode: (topic, record) => recordType(topic).toBuffer(record),
  decode: async (topic, value) => decodePlain(topic, topic, value),
  encodeDeadLetter: (_topic, record) => recordType('dead-letter').toBuffer(record),
  decodeDeadLetter: async (topic, value) =>
    decodePlain(topic, 'dead-letter', value) as DeadLetterRecord,
};

function decodePlain(topic: TopicName, schema: SchemaName, value: Uint8Array): WireRecord {
  try {
    return recordType(schema).fromBuffer(Buffer.from(value)) as WireRecord;
  } catch (error) {
    throw invalidRecord(topic, `does not match its schema: ${(error as Error).message}`, error);
  }
}

export function invalidRecord(topic: TopicName, what: string, cause?: unknown): PipelineError {
  return new PipelineError('RECORD_INVALID', `record of ${topic} ${what}`, {
    subject: topic,
    cause,
  });
}
