/** `schemas/reference/topics.md`: what lies in each topic, who writes and who reads it. */
import { type AvroSchema, topicSchema } from '../../../schemas/avro.ts';
import {
  graph,
  stageNames,
  type TopicName,
  topicNames,
  topics,
} from '../../../schemas/topology.ts';
import { code, markdownTable } from '../markdown.ts';

interface Field {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
}

interface RecordSchema {
  readonly name: string;
  readonly doc?: string;
  readonly fields: readonly Field[];
}

const head = `# Topics

Each record is an Avro record of an envelope (identity, origin, seed) and a body; a body above 32 KiB lies in the blob
store, and the record carries its reference. On a broker a topic is called \`DATASET--TOPIC\`, and what could not be handled
lies in \`DATASET--TOPIC-dead\`. \`schemas/topology.ts\` says who reads and writes; \`schemas/generated/types.ts\` has every
record with its fields, also those that several topics share.`;

export function topicsPage(): string {
  return `${[head, ...topicNames.map(topicPart), deadLetterPart()].join('\n\n')}\n`;
}

function topicPart(topic: TopicName): string {
  const { key, about, partitions, retentionDays } = topics[topic];
  const writers = stageNames.filter((stage) => graph[stage].writes.includes(topic));
  const readers = stageNames.filter((stage) => graph[stage].reads.includes(topic));
  const body = bodyOf(topicSchema(topic));
  const facts = [
    ['key', 'about', 'partitions', 'kept', 'written by', 'read by'],
    [
      code(key),
      `one ${about}`,
      String(partitions),
      retentionDays === null ? 'for ever' : `${retentionDays} days`,
      writers.map(code).join(' '),
      readers.map(code).join(' ') || 'people and tools',
    ],
  ];
  return `## ${topic}\n\n${body.doc ?? ''}\n\n${markdownTable(facts)}\n\n${fieldTable(body.fields)}`;
}

/** No stage reads dead letters: people decide what happens to them. */
function deadLetterPart(): string {
  const body = bodyOf(topicSchema('dead-letter'));
  return `## Dead letters\n\n${body.doc ?? ''}\n\n${fieldTable(body.fields)}`;
}

/** The body's schema: the record in its union; a dead letter's record itself has no body. */
function bodyOf(schema: AvroSchema): RecordSchema {
  const record = schema as unknown as RecordSchema;
  const type = record.fields.find(({ name }) => name === 'body')?.type;
  const branches = Array.isArray(type) ? type : [type];
  const body = branches.find((branch) => (branch as { type?: string })?.type === 'record');
  return body === undefined ? record : (body as unknown as RecordSchema);
}

function fieldTable(fields: readonly Field[]): string {
  const rows = fields.map(({ name, type, doc }) => [code(name), code(typeName(type)), doc ?? '']);
  return markdownTable([['field', 'type', 'meaning'], ...rows]);
}

function typeName(type: AvroSchema): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.map(typeName).join(' or ');
  if (type.type === 'array') return `list of ${typeName(type.items as AvroSchema)}`;
  if (type.type === 'map') return `map of ${typeName(type.values as AvroSchema)}`;
  return String(type.name ?? type.type);
}
