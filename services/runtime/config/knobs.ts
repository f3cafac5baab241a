/**
 * The runtime's own knobs. Only `seed` and `dataset` change the output; the others change speed and
 * patience, so they are marked operational and may differ when a run is resumed.
 */
import { z } from 'zod';

/** Metadata of knobs that never change an output byte: they stay out of the configuration hash. */
export const operational = { operational: true };

/**
 * Metadata of knobs that say where texts and keys go, what is stored where, or who may connect. The
 * owner of the process names these: a file that was merely found in a folder may not.
 */
export const ownersOnly = { ownersOnly: true };

/** Metadata of knobs that name the input: they go into a separate hash. */
export const input = { input: true };

/** Metadata of knobs that list files whose bytes decide on the output: their hash counts, too. */
export const fileContents = { fileContents: true, ownersOnly: true };

export const runtimeKnobs = z.object({
  seed: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Seed of every random choice; the same seed gives the same bytes.'),
  dataset: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .default('default')
    .describe('Name of the data set; data sets never share a topic.'),
  memo: z
    .enum(['use', 'refresh', 'only'])
    .default('use')
    .describe(
      'Stored teacher answers: `use` reads and writes them, `refresh` asks again and overwrites, `only` never asks and fails on a miss.',
    )
    .meta(operational),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe(
      'Records that one stage handles at once, unless the stage has its own setting; 4 keeps two cores busy while some calls wait.',
    )
    .meta(operational),
  openRepositoriesMax: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(32)
    .describe(
      'Repositories in flight at once, from discovery to their end; bounds the memory of the join. 32 × a few MB of references stays far below 1 GB.',
    )
    .meta(operational),
  retriesMax: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(5)
    .describe('Further tries after a retriable failure before the record becomes a dead letter.')
    .meta(operational),
  retryBaseMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(500)
    .describe(
      'First wait before a retry, in milliseconds; doubles per try, full jitter: 0.5 s … 16 s over 5 tries.',
    )
    .meta(operational),
  patienceMs: z
    .number()
    .int()
    .min(0)
    .max(86_400_000)
    .default(600_000)
    .describe(
      'How long reading a record, or writing its outcome, may fail transiently before the process stops with that failure; the record waits and is not lost. 10 min, as for a store.',
    )
    .meta(operational),
  crashesMax: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('Crashes of a stage on one record before that record becomes a dead letter.')
    .meta(operational),
  deadLettersMax: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(100)
    .describe(
      'Dead letters after which the run halts with DEAD_LETTER_LIMIT: so many failures mean that something is wrong with the run, not with the input.',
    )
    .meta(operational),
  metricsPort: z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .nullable()
    .default(null)
    .describe(
      'Port that serves /metrics to Prometheus during a run, and /healthz and /readyz in a cluster; null serves none of them.',
    )
    .meta({ ...operational, ...ownersOnly, example: '9464' }),
  metricsHost: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address that metricsPort listens on; 0.0.0.0 where probes come from other machines.')
    .meta({ ...operational, ...ownersOnly, example: '127.0.0.1' }),
  drainMs: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(25_000)
    .describe(
      'How long a cluster process that is told to stop may work to finish begun records, in milliseconds; another process redoes the unfinished ones. 25 s fits the usual 30 s of a supervisor.',
    )
    .meta(operational),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('warn')
    .describe('Least severe level of log lines that are written to run.log in the output folder.')
    .meta(operational),
});

export type RuntimeKnobs = z.infer<typeof runtimeKnobs>;
