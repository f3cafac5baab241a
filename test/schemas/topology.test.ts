/** Topology and schemas agree: nothing is orphaned, undocumented or unreachable. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { topicSchema } from '../../schemas/avro.ts';
import { topicGraphMermaid } from '../../schemas/graph.ts';
import {
  consumerGroup,
  deadLetterTopic,
  graph,
  lifecycle,
  physicalTopic,
  readerOf,
  stageNames,
  topicNames,
  topics,
  writerOf,
} from '../../schemas/topology.ts';

const schemas = new URL('../../schemas/', import.meta.url);
const allTopics = [...topicNames, 'dead-letter'] as const;
/** Topics that no stage reads; people and programs outside the graph do. */
const terminal = ['repo-plan', 'shard-sealed', 'source-listed'];

interface Documented {
  readonly name?: string;
  readonly doc?: string;
  readonly fields?: readonly (Documented & { readonly type: unknown })[];
}

/** Every record and field in a schema that lacks a doc. */
function undocumented(schema: unknown, path: string): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  if (Array.isArray(schema)) return schema.flatMap((branch) => undocumented(branch, path));
  const { name, doc, fields } = schema as Documented;
  const here = name === undefined ? path : `${path}/${name}`;
  const own = fields !== undefined && (doc ?? '') === '' ? [here] : [];
  const inFields = (fields ?? []).flatMap((field) => [
    ...((field.doc ?? '') === '' ? [`${here}.${field.name}`] : []),
    ...undocumented(field.type, here),
  ]);
  const { items, type, values } = schema as Record<string, unknown>;
  const nested = [items, type, values].flatMap((inner) => undocumented(inner, here));
  return [...own, ...inFields, ...nested];
}

describe('schemas', () => {
  test('each topic has one schema, each schema one topic', () => {
    const files = readdirSync(new URL('topics/', schemas)).sort();
    expect(files).toEqual(allTopics.map((topic) => `${topic}.avsc`).sort());
  });

  test('each shared record is used', () => {
    const used = allTopics.map((topic) => JSON.stringify(topicSchema(topic))).join('\n');
    for (const file of readdirSync(new URL('shared/', schemas))) {
      const parsed = JSON.parse(
        readFileSync(new URL(`shared/${file}`, schemas), 'utf8'),
      ) as unknown;
      for (const record of [parsed].flat() as Documented[]) {
        expect(used, record.name).toContain(`"name":"${record.name}"`);
      }
    }
  });

  test.each(allTopics)('%s is documented: every record, every field, the key', (topic) => {
    const schema = topicSchema(topic) as Documented;
    expect(undocumented(schema, topic)).toEqual([]);
    expect(schema.doc).toMatch(/Key: /);
  });

  test('the documentation rule finds a field without doc', () => {
    const schema = { type: 'record', name: 'A', doc: 'a', fields: [{ name: 'b', type: 'string' }] };
    expect(undocumented(schema, 'x')).toEqual(['x/A.b']);
  });
});

describe('topology', () => {
  test('each topic is written by a stage, and read by one unless it is terminal', () => {
    for (const topic of topicNames) {
      const writers = stageNames.filter((stage) => graph[stage].writes.includes(topic));
      const readers = stageNames.filter((stage) => graph[stage].reads.includes(topic));
      expect(writers.length, topic).toBeGreaterThan(0);
      expect(readers.length > 0, topic).toBe(!terminal.includes(topic));
    }
  });

  test('data flows one way: no stage reads a topic that a later stage writes', () => {
    stageNames.forEach((stage, position) => {
      const later = stageNames.slice(position);
      const fromLater = later.flatMap((other) => graph[other].writes);
      const read = graph[stage].reads.filter((topic) => topic !== 'dropped');
      expect(read.filter((topic) => fromLater.includes(topic))).toEqual([]);
    });
  });

  test('the lifecycle agrees with the graph', () => {
    const { found, split, fileBegun, fileEnded, written, dropped, closed } = lifecycle;
    const about = (what: string) => topicNames.filter((topic) => topics[topic].about === what);
    expect(about('repository')).toEqual(expect.arrayContaining([found, split, written, dropped]));
    expect([about('file').at(0), about('file').at(-1)]).toEqual([fileBegun, fileEnded]);
    expect(about('dataset')).toContain(closed);
    expect([writerOf(found), writerOf(closed)]).toEqual([stageNames[0], stageNames[0]]);
    expect(writerOf(fileBegun)).toBe(writerOf(split));
    expect(writerOf(written)).toBe(readerOf(fileEnded));
    for (const end of [written, dropped, closed]) expect(readerOf(end)).toBe(stageNames.at(-1));
  });

  test('names on the broker are distinct and legal in Kafka', () => {
    const names = topicNames.flatMap((topic) => [
      physicalTopic('default', topic),
      physicalTopic('default', deadLetterTopic(topic)),
      physicalTopic('other', topic),
    ]);
    expect(new Set(names).size).toBe(names.length);
    // Kafka forbids more, and '.' collides with '_' in its metrics.
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]{1,249}$/);
    const groups = stageNames.map((stage) => consumerGroup('default', stage));
    expect(new Set(groups).size).toBe(stageNames.length);
  });

  test('every topic has partitions and a known key', () => {
    for (const topic of topicNames) {
      expect(topics[topic].partitions).toBeGreaterThan(0);
      expect(['repositoryId', 'dataset']).toContain(topics[topic].key);
    }
  });

  test('the graph shows every stage and every topic', () => {
    const graph = topicGraphMermaid();
    for (const name of [...stageNames, ...topicNames]) expect(graph).toContain(name);
  });
});
