/**
 * How records lie on the bus. Embedded: Avro as it is, because writer and reader are one program.
 * In a cluster a frame names the schema that wrote the record (wire-confluent.ts).
 */
import { recordType } from '../../schemas/avro.ts';
import type { BlobReference, Envelope } from '../../schemas/generated/types.ts';
import type { TopicName } from '../../schemas/topology.ts';
import { PipelineError } from './errors.ts';

/** A record before its body is fetched. */
export interface WireRecord {
  readonly envelope: Envelope;
  /** Null when it lies in the blob store. */
  readonly body: unknown;
  readonly bodyReference: BlobReference | null;
}

export interface Wire {
  encode(topic: TopicName, record: WireRecord): Uint8Array;
  /** RECORD_INVALID when the bytes are no record of the topic. */
  decode(topic: TopicName, value: Uint8Array): Promise<WireRecord>;
  /** The record of a topic's dead-letter topic. */
  encodeDeadLetter(topic: TopicName, record: WireRecord): Uint8Array;
}

export const plainWire: Wire = {
  encode: (topic, record) => recordType(topic).toBuffer(record),
  decode: async (topic, value) => {
    try {
      return recordType(topic).fromBuffer(Buffer.from(value)) as WireRecord;
    } catch (error) {
      throw invalidRecord(topic, `does not match its schema: ${(error as Error).message}`, error);
    }
  },
  encodeDeadLetter: (_topic, record) => recordType('dead-letter').toBuffer(record),
};

export function invalidRecord(topic: TopicName, what: string, cause?: unknown): PipelineError {
  return new PipelineError('RECORD_INVALID', `record of ${topic} ${what}`, {
    subject: topic,
    cause,
  });
}
