/**
 * Loads the topic schemas: each .avsc in topics/, with shared records inlined at their first use.
 * Every topic schema thus stands alone, as a schema registry needs it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import avro from 'avsc';
import type { TopicName } from './topology.ts';

export type AvroSchema = { [key: string]: unknown } | AvroSchema[] | string;

const folder = new URL('.', import.meta.url);

function readSchema(path: string): AvroSchema {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as AvroSchema;
}

function loadShared(): ReadonlyMap<string, AvroSchema> {
  const shared = new Map<string, AvroSchema>();
  for (const file of readdirSync(new URL('shared/', folder)).sort()) {
    const schema = readSchema(`shared/${file}`);
    for (const record of Array.isArray(schema) ? schema : [schema]) {
      shared.set((record as { name: string }).name, record);
    }
  }
  return shared;
}

/** Replaces the first mention of each shared record by its definition. */
function inline(
  schema: AvroSchema,
  shared: ReadonlyMap<string, AvroSchema>,
  seen: Set<string>,
): AvroSchema {
  if (typeof schema === 'string') {
    const record = shared.get(schema);
    if (record === undefined || seen.has(schema)) return schema;
    seen.add(schema);
    return inline(record, shared, seen);
  }
  if (Array.isArray(schema)) return schema.map((branch) => inline(branch, shared, seen));
  const copy: { [key: string]: unknown } = { ...schema };
  for (const key of ['type', 'items', 'values']) {
    if (copy[key] !== undefined) copy[key] = inline(copy[key] as AvroSchema, shared, seen);
  }
  if (Array.isArray(copy.fields)) {
    copy.fields = copy.fields.map((field: AvroSchema) => inline(field, shared, seen));
  }
  return copy;
}

const shared = loadShared();

/** The self-contained schema of a topic (or of `dead-letter`). */
export function topicSchema(topic: TopicName | 'dead-letter'): AvroSchema {
  return inline(readSchema(`topics/${topic}.avsc`), shared, new Set());
}

/** A topic's schemas in released versions of the program, oldest first: TOPIC.1.avsc, … */
export function releasedSchemas(topic: TopicName | 'dead-letter'): AvroSchema[] {
  const found: AvroSchema[] = [];
  for (let version = 1; ; version += 1) {
    const path = `released/${topic}.${version}.avsc`;
    if (!existsSync(new URL(path, folder))) return found;
    found.push(readSchema(path));
  }
}

const types = new Map<string, avro.Type>();

/** Encoder and decoder of a whole record: envelope, body or body reference. */
export function recordType(topic: TopicName | 'dead-letter'): avro.Type {
  let type = types.get(topic);
  if (type === undefined) {
    type = avro.Type.forSchema(topicSchema(topic) as avro.Schema);
    types.set(topic, type);
  }
  return type;
}

/** Encoder and decoder of the body alone; bodies above 32 KiB lie in the blob store. */
export function bodyType(topic: TopicName | 'dead-letter'): avro.Type {
  return bodyOf(topic, recordType(topic));
}

/** The body types of released versions of the program, oldest first, to read old blobs. */
export function bodyWriters(topic: TopicName): avro.Type[] {
  return releasedSchemas(topic).map((schema) =>
    bodyOf(topic, avro.Type.forSchema(schema as avro.Schema)),
  );
}

function bodyOf(topic: string, record: avro.Type): avro.Type {
  const { fields } = record as avro.types.RecordType;
  const field = fields.find((candidate) => candidate.name === 'body');
  const union = field?.type as avro.types.UnwrappedUnionType;
  const body = union.types.find((branch) => branch.typeName === 'record');
  if (body === undefined) throw new Error(`schema of ${topic} has no body record`);
  return body;
}
