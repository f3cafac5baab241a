/**
 * Records the topic schemas as released: what consumers and stored logs may hold from now on.
 * test/schemas/compatibility.test.ts holds every later change to them. Run it when a version of
 * the schemas is published, never to silence that test.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { topicSchema } from '../schemas/avro.ts';
import { topicNames } from '../schemas/topology.ts';

const folder = new URL('../schemas/released/', import.meta.url);

mkdirSync(folder, { recursive: true });
for (const topic of [...topicNames, 'dead-letter' as const]) {
  const text = `${JSON.stringify(topicSchema(topic), null, 2)}\n`;
  writeFileSync(new URL(`${topic}.avsc`, folder), text);
}
console.log(`released ${topicNames.length + 1} schemas`);
