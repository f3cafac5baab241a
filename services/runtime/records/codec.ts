/**
 * Records to bytes and back: the wire's framing and the claim check. Bodies above 32 KiB go to the
 * blob store first, with the fingerprint of the schema that wrote them; the record then carries the
 * reference.
 */
import { bodyType } from '../../../schemas/avro.ts';
import type { BlobReference, Envelope, TopicBodies } from '../../../schemas/generated/types.ts';
import type { TopicName } from '../../../schemas/topology.ts';
import { PipelineError } from '../errors.ts';
import type { BodyStore } from '../stage.ts';
import type { BlobStore } from '../store/blobs.ts';
import { openBodyCache } from './body-cache.ts';
import { decodeSingleObject, encodeSingleObject } from './single-object.ts';
import { type DeadLetterRecord, plainWire, type Wire } from './wire.ts';

export const inlineBytesMax = 32 * 1024;
/**
 * Limits of the cache of decoded bodies: a plan is loaded once for all of its files. A body takes
 * several times its encoded size in memory, so both are bounded; the last few bodies stay whatever
 * they take, because the files of a large repository need its plan and structure again and again.
 */
const cacheLimits = {
  encodedBytes: 64 * 1024 * 1024,
  bytesInMemory: 32 * 1024 * 1024,
  bodiesKept: 4,
};

export interface DecodedRecord<Topic extends TopicName> {
  readonly envelope: Envelope;
  readonly body: TopicBodies[Topic];
}

export interface Codec {
  encode<Topic extends TopicName>(
    topic: Topic,
    envelope: Envelope,
    body: TopicBodies[Topic],
  ): Promise<Uint8Array>;
  /** May fail with RECORD_INVALID, SCHEMA_MISSING, BLOB_MISSING or BLOB_CORRUPT. */
  decode<Topic extends TopicName>(topic: Topic, value: Uint8Array): Promise<DecodedRecord<Topic>>;
  /** The envelope alone; never reads the blob store. */
  decodeEnvelope(topic: TopicName, value: Uint8Array): Promise<Envelope>;
  /** Encodes a record for the topic's dead-letter topic. */
  encodeDeadLetter(topic: TopicName, record: DeadLetterRecord): Uint8Array;
  decodeDeadLetter(topic: TopicName, value: Uint8Array): Promise<DeadLetterRecord>;
  readonly bodies: BodyStore;
}

export function createCodec(blobs: BlobStore, wire: Wire = plainWire): Codec {
  const bodies = createBodyStore(blobs);
  return {
    bodies,
    encode: async (topic, envelope, body) => {
      const alone = encodeBody(topic, body);
      const large = alone.byteLength > inlineBytesMax;
      const bodyReference = large ? await blobs.put(alone) : null;
      return wire.encode(topic, { envelope, body: large ? null : body, bodyReference });
    },
    decode: async <Topic extends TopicName>(topic: Topic, value: Uint8Array) => {
      const { envelope, body, bodyReference } = await wire.decode(topic, value);
      if (body !== null) return { envelope, body: body as TopicBodies[Topic] };
      if (bodyReference === null) {
        throw new PipelineError(
          'RECORD_INVALID',
          `record of ${topic} has neither a body nor a reference`,
        );
      }
      return { envelope, body: await bodies.load(topic, bodyReference) };
    },
    decodeEnvelope: async (topic, value) => (await wire.decode(topic, value)).envelope,
    encodeDeadLetter: (topic, record) => wire.encodeDeadLetter(topic, record),
    decodeDeadLetter: (topic, value) => wire.decodeDeadLetter(topic, value),
  };
}

/** A body that does not fit its schema is the writing stage's bug, so this throws a plain error. */
function encodeBody<Topic extends TopicName>(topic: Topic, body: TopicBodies[Topic]): Buffer {
  const problems: string[] = [];
  const valid = bodyType(topic).isValid(body, {
    errorHook: (path) => problems.push(path.join('.')),
  });
  if (!valid)
    throw new Error(`body for ${topic} does not match its schema at ${problems.join(', ')}`);
  return encodeSingleObject(topic, body);
}

function createBodyStore(blobs: BlobStore): BodyStore {
  const cache = openBodyCache(cacheLimits);
  return {
    save: (topic, body) => blobs.put(encodeBody(topic, body)),
    load: async <Topic extends TopicName>(topic: Topic, reference: BlobReference) => {
      const load = () => loadBody(blobs, topic, reference);
      const key = `${topic}/${reference.sha256}`;
      return (await cache.get(key, reference.bytes, load)) as TopicBodies[Topic];
    },
  };
}

async function loadBody<Topic extends TopicName>(
  blobs: BlobStore,
  topic: Topic,
  reference: BlobReference,
): Promise<TopicBodies[Topic]> {
  return decodeSingleObject(topic, await blobs.get(reference), reference.sha256);
}
