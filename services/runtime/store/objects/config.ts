/**
 * Where blobs, memo, shards and manifest are stored. Nothing here changes an output byte.
 * Credentials are not knobs: the S3 client finds them as every AWS tool does (AWS_ACCESS_KEY_ID,
 * profiles, roles).
 */
import { z } from 'zod';
import { operational, ownersOnly } from '../../config/knobs.ts';

const place = { ...operational, ...ownersOnly };

export const storageKnobs = z.object({
  url: z
    .union([z.literal(''), z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/)])
    .default('')
    .describe(
      'Where durable data is stored: empty for the output folder, or s3://bucket/prefix, the same for all processes of a data set.',
    )
    .meta({ ...place, example: 's3://bucket/prefix' }),
  endpoint: z
    .union([z.literal(''), z.url()])
    .default('')
    .describe(
      'Address of an S3-compatible server; empty for AWS. It must honour If-None-Match on PUT.',
    )
    .meta({ ...place, example: 'http://127.0.0.1:9000' }),
  region: z
    .string()
    .min(1)
    .default('us-east-1')
    .describe('Region of the bucket; most servers other than AWS accept any.')
    .meta(place),
  pathStyle: z
    .boolean()
    .default(false)
    .describe(
      'Bucket in the path rather than in the host name; most servers other than AWS need true.',
    )
    .meta(place),
  requestTimeoutMs: z
    .number()
    .int()
    .min(100)
    .max(600_000)
    .default(30_000)
    .describe('Milliseconds one request may take; a 64 MiB shard at 10 MB/s needs 7 s.')
    .meta(operational),
  patienceMs: z
    .number()
    .int()
    .min(0)
    .max(86_400_000)
    .default(600_000)
    .describe(
      'How long the process waits for a store that does not answer before it stops; its records wait and none is lost.',
    )
    .meta(operational),
});

export type StorageKnobs = z.infer<typeof storageKnobs>;
