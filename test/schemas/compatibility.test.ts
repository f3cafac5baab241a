/** Today's consumers read records of released versions (BACKWARD); a breaking change fails here. */
import { readdirSync } from 'node:fs';
import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { type AvroSchema, releasedSchemas, topicSchema } from '../../schemas/avro.ts';
import { topicNames } from '../../schemas/topology.ts';

const folder = new URL('../../schemas/released/', import.meta.url);

/** Why a reader's schema cannot read a writer's records; null when it can. */
function incompatibility(reader: AvroSchema, writer: AvroSchema): string | null {
  const readerType = avro.Type.forSchema(reader as avro.Schema);
  const writerType = avro.Type.forSchema(writer as avro.Schema);
  try {
    readerType.createResolver(writerType);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Field {
  name: string;
  type: unknown;
  default?: unknown;
}

/** The schema with its outermost record edited. */
function withFields(schema: AvroSchema, edit: (fields: Field[]) => Field[]): AvroSchema {
  const copy = structuredClone(schema) as { fields: Field[] };
  copy.fields = edit(copy.fields);
  return copy as unknown as AvroSchema;
}

describe('compatibility', () => {
  const files = readdirSync(folder);
  const released = new Set(files.map((file) => file.replace(/\.\d+\.avsc$/, '')));

  test('every released topic still exists', () => {
    for (const topic of released) expect([...topicNames, 'dead-letter']).toContain(topic);
  });

  test('released versions are numbered without a gap', () => {
    const topics = [...released] as (typeof topicNames)[number][];
    const numbered = topics.flatMap((topic) =>
      releasedSchemas(topic).map((_, at) => `${topic}.${at + 1}.avsc`),
    );
    expect(numbered.sort()).toEqual(files.sort());
  });

  test.each([...released])('%s reads the records of all released versions', (name) => {
    const topic = name as (typeof topicNames)[number];
    for (const writer of releasedSchemas(topic)) {
      expect(incompatibility(topicSchema(topic), writer)).toBeNull();
    }
  });

  const schema = topicSchema('dropped');

  test.each<[string, boolean, (fields: Field[]) => Field[]]>([
    ['a new field without default', false, (all) => [...all, { name: 'extra', type: 'string' }]],
    [
      'a new field with default',
      true,
      (all) => [...all, { name: 'extra', type: 'string', default: '' }],
    ],
    ['a removed field', true, (all) => all.slice(1)],
    [
      'a changed type',
      false,
      (all) => all.map((each) => (each.name === 'body' ? { ...each, type: 'string' } : each)),
    ],
  ])('%s is compatible: %s', (_what, compatible, edit) => {
    expect(incompatibility(withFields(schema, edit), schema) === null).toBe(compatible);
  });
});
