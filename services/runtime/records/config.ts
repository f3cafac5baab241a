/**
 * Where the schema registry of a cluster is. Name and password are not knobs: they come from the
 * environment (REGISTRY_USERNAME, REGISTRY_PASSWORD).
 */
import { z } from 'zod';
import { operational, ownersOnly } from '../config/knobs.ts';

export const schemaRegistryKnobs = z.object({
  url: z
    .url()
    .default('http://127.0.0.1:8081/apis/ccompat/v7')
    .describe(
      'Base URL of the schema registry’s Confluent-compatible API; Apicurio serves it at /apis/ccompat/v7, Confluent at the root.',
    )
    .meta({ ...operational, ...ownersOnly }),
});
