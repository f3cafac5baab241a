/**
 * Where the schema registry of a cluster is. Name and password are no knobs: REGISTRY_USERNAME and
 * REGISTRY_PASSWORD have them.
 */
import { z } from 'zod';
import { operational } from '../config/knobs.ts';

export const schemaRegistryKnobs = z.object({
  url: z
    .url()
    .default('http://127.0.0.1:8081/apis/ccompat/v7')
    .describe(
      'Where the Confluent-compatible API of the schema registry begins; Apicurio has it at /apis/ccompat/v7, Confluent at the root.',
    )
    .meta(operational),
});

export type SchemaRegistryKnobs = z.infer<typeof schemaRegistryKnobs>;
