/**
 * Records the topic schemas as released: what logs and stored bodies may hold from now on. A topic
 * that changed gets its next number; what was released stays, because a body in the blob store is
 * read by the schema that wrote it. test/schemas/compatibility.test.ts holds every later change to
 * all of them. Run it when a version is published, never to silence that test.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { releasedSchemas, topicSchema } from '../schemas/avro.ts';
import { topicNames } from '../schemas/topology.ts';

const folder = new URL('../schemas/released/', import.meta.url);

mkdirSync(folder, { recursive: true });
for (const topic of [...topicNames, 'dead-letter' as const]) {
  const before = releasedSchemas(topic);
  const schema = topicSchema(topic);
  if (isDeepStrictEqual(before.at(-1), schema)) continue;
  const file = `${topic}.${before.length + 1}.avsc`;
  writeFileSync(new URL(file, folder), `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`released ${file}`);
}
