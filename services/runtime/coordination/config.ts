/**
 * Knobs of the Redis server through which the processes of a data set coordinate. The password is
 * not a knob: it comes from the environment (REDIS_PASSWORD).
 */
import { z } from 'zod';
import { operational, ownersOnly } from '../config/knobs.ts';

export const redisKnobs = z.object({
  url: z
    .union([z.literal(''), z.string().regex(/^rediss?:\/\/[^@\s]+$/)])
    .default('')
    .describe(
      'redis://host:port/database, or rediss:// for TLS; empty: each process counts its own calls only.',
    )
    .meta({ ...operational, ...ownersOnly, example: 'redis://127.0.0.1:6379/0' }),
  timeoutMs: z
    .number()
    .int()
    .min(10)
    .max(60_000)
    .default(2_000)
    .describe('Milliseconds one command may take before Redis counts as unavailable.')
    .meta(operational),
  flightMs: z
    .number()
    .int()
    .min(1_000)
    .max(600_000)
    .default(15_000)
    .describe(
      'Milliseconds until the claim of a killed process expires and others may do its work; a living process renews its claim three times within this time.',
    )
    .meta(operational),
});

export type RedisKnobs = z.infer<typeof redisKnobs>;
