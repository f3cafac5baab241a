/** Where the processes of a data set coordinate. The password is no knob: REDIS_PASSWORD has it. */
import { z } from 'zod';
import { operational } from '../config/knobs.ts';

export const redisKnobs = z.object({
  url: z
    .union([z.literal(''), z.string().regex(/^rediss?:\/\/[^@\s]+$/)])
    .default('')
    .describe(
      'redis://host:port/database, or rediss:// for TLS; empty: each process counts for itself.',
    )
    .meta(operational),
  timeoutMs: z
    .number()
    .int()
    .min(10)
    .max(60_000)
    .default(2_000)
    .describe('Milliseconds one command may take before Redis counts as gone.')
    .meta(operational),
  flightMs: z
    .number()
    .int()
    .min(1_000)
    .max(600_000)
    .default(15_000)
    .describe(
      'How long a killed process keeps others from its work; a living one renews its claim three times as often.',
    )
    .meta(operational),
});

export type RedisKnobs = z.infer<typeof redisKnobs>;
